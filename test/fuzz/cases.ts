import fc, { type Arbitrary } from 'fast-check'
import type { Finding } from './finding.ts'
import type { Act, Scenario } from './scenarios/scenario.ts'

/** How long, in milliseconds, a failed case is made smaller. */
const MAX_SHRINK_MS = 20_000

/** What one case does, before it runs. */
export interface Case {
  readonly scenario: string
  readonly act: Act
}

/** A case that failed, made as small as it still fails. */
export interface Failure {
  readonly finding: Finding
  /** The requests of the smallest case that shows it, as curl lines. */
  readonly transcript: readonly string[]
  readonly scenario: string
  /** Whether the same case did not fail when it was run once more. */
  readonly once?: boolean
}

/** Runs a case. @returns its transcript; what is found is thrown as a Finding */
export type RunCase = (
  one: Case,
  found: (finding: Finding, transcript: readonly string[]) => void,
) => Promise<void>

/** Draws cases from scenarios, by their weights. */
export const casesOf = (scenarios: readonly Scenario[]): Arbitrary<Case> =>
  fc.oneof(
    ...scenarios.map(({ name, weight, acts }) => ({
      weight,
      arbitrary: acts.map((act): Case => ({ scenario: name, act })),
    })),
  )

/** The seed of one case of a run: each case can be made again without those before it. */
export function seedOf(seed: number, number: number): number {
  let mixed = (seed ^ Math.imul(number + 1, 0x9e3779b1)) >>> 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) | 0
}

/** Runs one case. @returns what it found; undefined when all is well */
export async function tryCase(
  arbitrary: Arbitrary<Case>,
  seed: number,
  run: RunCase,
): Promise<Failure | undefined> {
  let failure: Failure | undefined
  const property = fc.asyncProperty(arbitrary, async (one) => {
    await run(one, (finding, transcript) => {
      failure = { finding, transcript, scenario: one.scenario }
    })
    return failure === undefined
  })
  await fc.check(property, { seed, numRuns: 1, endOnFailure: true })
  return failure
}

/**
 * Runs a case that failed again and again, smaller each time, as long as it fails in the same way.
 *
 * @returns the smallest; `first` itself, said to have failed `once`, when it does not fail again
 */
export async function shrinkCase(
  arbitrary: Arbitrary<Case>,
  seed: number,
  first: Failure,
  run: RunCase,
): Promise<Failure> {
  let smallest: Failure = { ...first, once: true }
  const property = fc.asyncProperty(arbitrary, async (one) => {
    let isSame = false
    await run(one, (finding, transcript) => {
      isSame = finding.signature === first.finding.signature
      // Each smaller case that fails is smaller than the last that did.
      if (isSame) smallest = { finding, transcript, scenario: one.scenario }
    })
    return !isSame
  })
  await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: MAX_SHRINK_MS })
  return smallest
}
