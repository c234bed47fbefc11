import { setTimeout as delay } from 'node:timers/promises'
import type { Answer, Request } from '../chaos/client/call.ts'
import type { Send } from './installation.ts'

const PAUSE_MS = 50
/** Longer than any process takes to come back. */
const MAX_TRYING_MS = 180_000

/** An answer, and whether an earlier try of the same request may have been done. */
export interface Known {
  readonly answer: Answer
  readonly wasOpen: boolean
}

/** Answers that do not say what became of the request, so that it has to be sent again. */
const isPassing = ({ status, body }: Answer) =>
  status >= 500 || (status === 409 && body.code === 'idempotency_key_in_use')

/**
 * Sends a request until its outcome is known.
 *
 * @param turn waits until it may be sent
 */
export async function sendUntilKnown(
  send: Send,
  request: Omit<Request, 'token'>,
  turn: () => Promise<void> = async () => undefined,
): Promise<Known> {
  const since = performance.now()
  let wasOpen = false
  for (;;) {
    await turn()
    const outcome = await send(request)
    if (outcome.kind === 'answered' && !isPassing(outcome.answer)) {
      return { answer: outcome.answer, wasOpen }
    }
    wasOpen ||= outcome.kind !== 'unsent'
    if (performance.now() - since > MAX_TRYING_MS) {
      throw new Error(`${request.method} ${request.path} was never answered`)
    }
    await delay(PAUSE_MS)
  }
}
