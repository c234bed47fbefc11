import { type AppEvent, MAX_USERS } from './catalogue.ts'

/** From so many users that one request touched, they share jobs; a few are quicker each by themselves. */
const MANY_USERS = 50

/** A row of the outbox that is about to be sent. */
export interface ClaimedRow {
  readonly id: bigint
  readonly user_id: bigint
  readonly request_id: string | null
}

const withRequest = (requestId: string | null) =>
  requestId === null ? {} : { request_id: requestId }

const changeOf = (userId: number, requestId: string | null): AppEvent => ({
  name: 'transactions.changed',
  data: { user_id: userId, ...withRequest(requestId) },
})

/** The request behind each user's rows. A day that a transaction moved away from has none of its own. */
function requestsOf(rows: readonly ClaimedRow[]): ReadonlyMap<number, string | null> {
  const requests = new Map<number, string | null>()
  for (const { user_id, request_id } of rows) {
    const userId = Number(user_id)
    requests.set(userId, request_id ?? requests.get(userId) ?? null)
  }
  return requests
}

/** One event for each user. */
export const eventsOfEach = (rows: readonly ClaimedRow[]): AppEvent[] =>
  [...requestsOf(rows)].map(([userId, requestId]) => changeOf(userId, requestId))

/** One event for many users where one request touched many, and one for each elsewhere. */
export function eventsOf(rows: readonly ClaimedRow[]): AppEvent[] {
  const byRequest = new Map<string | null, number[]>()
  for (const [userId, requestId] of requestsOf(rows)) {
    const users = byRequest.get(requestId) ?? []
    users.push(userId)
    byRequest.set(requestId, users)
  }
  return [...byRequest].flatMap(([requestId, users]): AppEvent[] => {
    if (users.length < MANY_USERS) return users.map((userId) => changeOf(userId, requestId))
    users.sort((a, b) => a - b)
    return Array.from({ length: Math.ceil(users.length / MAX_USERS) }, (_, index) => ({
      name: 'transactions.loaded',
      data: {
        user_ids: users.slice(index * MAX_USERS, (index + 1) * MAX_USERS),
        ...withRequest(requestId),
      },
    }))
  })
}
