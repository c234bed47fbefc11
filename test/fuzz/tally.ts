import type { Failure } from './cases.ts'

/** A fault, with the first case that showed it made small. */
export interface Fault {
  readonly signature: string
  readonly kind: string
  readonly where: string
  readonly message: string
  /** The number of the first case that showed it; absent where it is of the run as a whole. */
  readonly case?: number
  readonly scenario: string
  /** How many cases showed it. */
  count: number
  /** Whether it did not show when the case was run once more: something in its time had a part in it. */
  readonly once?: boolean
  readonly requests: readonly string[]
}

/** What a run came to. The first two fields are those of Vitest's reports, which CI counts. */
export interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly seed: number
  readonly cases: number
  readonly requests: number
  readonly seconds: number
  /** Memory of the process in MiB: after the start, at the end, and the most. */
  readonly memory: { readonly first: number; readonly last: number; readonly most: number }
  /** How often each operation answered with each status. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly faults: readonly Fault[]
}

/** Counts what a run does, and keeps each fault once. */
export function createTally() {
  const faults = new Map<string, Fault>()
  const answers: Record<string, Record<string, number>> = {}
  const counts = { cases: 0, failed: 0, requests: 0 }

  return {
    counts,
    answers,
    faults: (): readonly Fault[] => [...faults.values()],
    /** Counts a failed case of a fault that is known. @returns whether it is */
    isKnown(signature: string): boolean {
      const known = faults.get(signature)
      if (known) known.count += 1
      return known !== undefined
    },
    /** Notes a fault. @param number of the case, where it was found by one */
    add({ finding, transcript, scenario }: Failure, number?: number): Fault {
      const { signature, kind, where, message } = finding
      const known = faults.get(signature)
      if (known) return known
      const fault: Fault = {
        signature,
        kind,
        where,
        message,
        scenario,
        count: 1,
        requests: transcript,
        ...(number !== undefined && { case: number }),
      }
      faults.set(signature, fault)
      return fault
    },
    /** Puts the smallest case in the place of the first that showed a fault. */
    replace({ finding, transcript, scenario, once = false }: Failure, number: number): Fault {
      const { signature, message } = finding
      const known = faults.get(signature) ?? this.add({ finding, transcript, scenario }, number)
      const fault = { ...known, message, requests: transcript, once, count: known.count }
      faults.set(signature, fault)
      return fault
    },
    countAnswer(operation: string, status: number): void {
      counts.requests += 1
      const known = answers[operation] ?? {}
      answers[operation] = known
      known[status] = (known[status] ?? 0) + 1
    },
  }
}

export type Tally = ReturnType<typeof createTally>

/** A fault for whoever reads the terminal. */
export function faultText({ kind, where, message, scenario, requests, ...fault }: Fault): string {
  const number = fault.case === undefined ? '' : `, case ${fault.case}`
  const once = fault.once ? ', not again when repeated' : ''
  return [`✗ ${kind}: ${where}: ${message} (${scenario}${number}${once})`, ...requests].join(
    '\n    ',
  )
}
