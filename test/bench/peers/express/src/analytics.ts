import type { RequestHandler } from 'express'
import { Id } from './bodies.ts'
import { cache, keyOf, prisma } from './stores.ts'

const TTL_SECONDS = 60

interface Figures {
  readonly count: number
  readonly total_credit: number
  readonly total_debit: number
  readonly busiest_day: string
}

/** Computes the figures of a user by one statement. */
const figuresOf = (userId: number) => prisma.$queryRaw<[Figures?]>`
  SELECT count(*)::int AS count,
    coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'credit'), 0)::float8 AS total_credit,
    coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'debit'), 0)::float8 AS total_debit,
    mode() WITHIN GROUP (ORDER BY date(transaction_date AT TIME ZONE 'UTC'))::text AS busiest_day
  FROM transactions WHERE user_id = ${userId}`

/** Answers with the figures of a user, from the cache when they are there: as text, which is not parsed. */
export const getAnalytics: RequestHandler = async (request, response) => {
  const userId = Id.parse(request.params['id'])
  const kept = await cache.get(keyOf(userId))
  if (kept !== null) {
    response.type('json').send(kept)
    return
  }
  const [figures] = await figuresOf(userId)
  if (!figures?.count) {
    response.status(404).json({ error: 'not found' })
    return
  }
  const { total_credit, total_debit, busiest_day, count } = figures
  const average_value = Math.round(((total_credit + total_debit) / count) * 100) / 100
  const text = JSON.stringify({
    user_id: userId,
    average_value,
    busiest_day,
    total_credit,
    total_debit,
    transaction_count: count,
  })
  await cache.set(keyOf(userId), text, 'EX', TTL_SECONDS)
  response.type('json').send(text)
}
