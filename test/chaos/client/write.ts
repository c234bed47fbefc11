import { setTimeout as delay } from 'node:timers/promises'
import type { Change, Write } from '../model/model.ts'
import type { Answer, Request } from './call.ts'
import { type Client, contradicts } from './client.ts'

/** How often a request is sent again whose outcome nobody knows. */
const MAX_REPEATS = 40
const LEAST_PAUSE_MS = 200
const MAX_PAUSE_MS = 800

/** A request that writes, and what may become of it. */
export interface WriteRequest {
  readonly request: Omit<Request, 'token'>
  /** Whether sending it again changes nothing more: then it is sent until the outcome is known. */
  readonly repeats: boolean
  /** Whether a refusal says that an earlier try had been done. */
  readonly wasDone?: (answer: Answer) => boolean
  /** Whether the model explains a refusal; none is explained when not given. */
  readonly mayRefuse?: (answer: Answer) => boolean
}

/** `done`: answered so. `refused`: nothing was done. `open`: nobody knows. */
export type WriteOutcome =
  | { readonly kind: 'done' | 'refused'; readonly answer?: Answer }
  | { readonly kind: 'open' }

const isInUse = ({ status, body }: Answer) =>
  status === 409 && body.code === 'idempotency_key_in_use'

function explain(client: Client, { request, mayRefuse }: WriteRequest, answer: Answer): boolean {
  if (mayRefuse?.(answer)) return true
  const { status, body } = answer
  contradicts(
    client,
    'refusal that nothing explains',
    `${request.method} ${request.path} answered ${status} ${body?.code}`,
  )
  return false
}

/** Sends a request, again where that is safe, until it is known what became of it. */
export async function sendWrite(client: Client, write: WriteRequest): Promise<WriteOutcome> {
  let isOpen = false
  for (let attempt = 0; attempt <= MAX_REPEATS; attempt += 1) {
    const outcome = await client.send(write.request)
    if (outcome.kind === 'answered') {
      const { answer } = outcome
      if (answer.status < 300) return { kind: 'done', answer }
      if (answer.status < 500 && !isInUse(answer)) {
        if (isOpen && write.wasDone?.(answer)) return { kind: 'done', answer }
        const isExplained = explain(client, write, answer)
        return isOpen || !isExplained ? { kind: 'open' } : { kind: 'refused', answer }
      }
    }
    isOpen ||= outcome.kind !== 'unsent'
    if (!write.repeats || client.isOver()) break
    await delay(client.dice.between(LEAST_PAUSE_MS, MAX_PAUSE_MS))
  }
  return isOpen ? { kind: 'open' } : { kind: 'refused' }
}

/** Tells the model and the statistics what became of a write. */
export function settle({ statistics }: Client, write: Write, outcome: WriteOutcome): void {
  if (outcome.kind === 'done') {
    statistics.acknowledged += 1
    write.acknowledge()
  } else if (outcome.kind === 'refused') {
    statistics.refused += 1
    write.refuse()
  } else {
    statistics.unknown += 1
    write.leaveOpen()
  }
}

/**
 * Sends a request and keeps the model.
 *
 * @param name of the request, for findings
 * @returns the answer by which it was done
 */
export async function write(
  client: Client,
  name: string,
  changes: readonly Change[],
  request: WriteRequest,
): Promise<{ readonly write: Write; readonly answer: Answer } | undefined> {
  const started = client.model.start(name, changes)
  const outcome = await sendWrite(client, request)
  settle(client, started, outcome)
  if (outcome.kind !== 'done' || outcome.answer === undefined) return undefined
  return { write: started, answer: outcome.answer }
}

/** Whether the answer is a problem of this status, and of this code where one is given. */
export const isProblem =
  (status: number, code?: string) =>
  (answer: Answer): boolean =>
    answer.status === status && (code === undefined || answer.body?.code === code)
