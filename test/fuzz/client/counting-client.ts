import { setTimeout as wait } from 'node:timers/promises'
import type { Operation } from '../operations.ts'
import type { Tally } from '../tally.ts'
import type { Answer, Client, WireRequest } from './client.ts'

/** How often a request is sent that is answered with 503 each time. */
const MAX_ATTEMPTS = 8

/**
 * A client that counts what comes back.
 *
 * @param isPatient whether it waits, as `Retry-After` asks it to, and sends again what is answered with 503
 */
export function countAnswers(client: Client, tally: Tally, isPatient: boolean): Client {
  async function send(
    wire: WireRequest & { readonly operation?: Operation },
    attempt = 1,
  ): Promise<Answer> {
    const answer = await client.send(wire)
    tally.countAnswer(wire.operation?.operationId ?? 'elsewhere', answer.status)
    const seconds = Number(answer.headers['retry-after'])
    const isHeldUp = answer.status === 503 && seconds > 0
    if (!isPatient || !isHeldUp || attempt === MAX_ATTEMPTS) return answer
    await wait(seconds * 1_000)
    return await send(wire, attempt + 1)
  }
  return { ...client, send: (wire) => send(wire) }
}
