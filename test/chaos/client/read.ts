import type { Answer } from './call.ts'
import { type Client, contradicts } from './client.ts'

/**
 * Reads something.
 *
 * @param statuses that the model explains
 * @returns the answer; undefined when there is none, or none of these
 */
export async function read(
  client: Client,
  path: string,
  statuses: readonly number[] = [200],
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer | undefined> {
  client.statistics.reads += 1
  const outcome = await client.send({ method: 'GET', path, headers })
  if (outcome.kind !== 'answered') return undefined
  const { answer } = outcome
  if (statuses.includes(answer.status)) {
    client.statistics.compared += 1
    return answer
  }
  if (answer.status < 500) {
    contradicts(client, 'read with a wrong status', `GET ${path} answered ${answer.status}`)
  }
  return undefined
}
