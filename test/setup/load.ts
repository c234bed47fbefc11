import type { TransactionCreate } from '../../src/generated/schemas.ts'
import type { HttpClient } from './http/http-client.ts'

/**
 * Deterministic numbers in 0..1 (mulberry32), so that a failure can be reproduced from its seed.
 */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type Load = TransactionCreate & { readonly reference: string }

/**
 * Random transactions over users, 40 days, two currencies and any amounts; `prefix` makes
 * references unique.
 */
export function createLoad(
  random: () => number,
  userIds: readonly number[],
  prefix: string,
  count: number,
): Load[] {
  const below = (limit: number) => Math.floor(random() * limit)
  const start = Date.UTC(2026, 0, 1)
  return Array.from({ length: count }, (_, index) => {
    const yen = below(4) === 0
    return {
      user_id: userIds[below(userIds.length)] as number,
      transaction_date: new Date(start + below(40 * 86_400_000)).toISOString(),
      transaction_amount: yen ? String(1 + below(1e6)) : ((1 + below(1e7)) / 100).toFixed(2),
      transaction_type: below(2) === 0 ? 'credit' : 'debit',
      currency: yen ? 'JPY' : 'USD',
      reference: `${prefix}-${index}`,
    }
  })
}

/**
 * Posts each transaction once, `concurrency` at a time.
 *
 * @param answered called with each status; 0 means that the connection broke
 * @returns the status of each reference
 */
export async function postAll(
  client: HttpClient,
  load: readonly Load[],
  concurrency: number,
  answered: (status: number, count: number) => void = () => {},
): Promise<Map<string, number>> {
  const statuses = new Map<string, number>()
  const waiting = load.values()
  const work = async () => {
    for (const item of waiting) {
      const status = await client.request('POST', '/v1/transactions', item).then(
        (answer) => answer.status,
        () => 0,
      )
      statuses.set(item.reference, status)
      answered(status, statuses.size)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return statuses
}
