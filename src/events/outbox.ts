import { type Database, Prisma } from '../database/client.ts'
import type { Metrics } from '../lib/metrics.ts'
import { type EventName, events, type Job, MAX_USERS } from './catalogue.ts'
import { CLAIM_MARK } from './runaways.ts'

/** From so many users of one request on, they share jobs; fewer are faster each in a job of its own. */
const MANY_USERS = 50
const MARK = Prisma.raw(CLAIM_MARK)

/** A row of the outbox that is about to be sent. */
export interface ClaimedRow {
  readonly id: bigint
  readonly user_id: bigint
  readonly type: string
  readonly subject_id: bigint | null
  readonly request_id: string | null
}

/**
 * Claims rows never enqueued. A user with a change on its way is left alone: its job takes every change
 * that is there when it runs, and later ones are enqueued once that job is done. So a user has one job
 * at a time, however many transactions arrive.
 */
export const claimNew = (database: Database, limit: number) => database.$queryRaw<ClaimedRow[]>`
  ${MARK} SELECT * FROM claim_outbox(${limit}::int)`

/** Claims rows whose job got lost with a queue, or is failing. */
export const claimLost = (database: Database, limit: number, retrySeconds: number) =>
  database.$queryRaw<ClaimedRow[]>`
    ${MARK} SELECT * FROM claim_lost_outbox(${limit}::int, ${retrySeconds}::int)`

/** Takes the marks back of rows that the queue did not take. */
export async function unclaim(database: Database, rows: readonly ClaimedRow[]): Promise<void> {
  await database.outboxRow.updateMany({
    where: { id: { in: rows.map((row) => row.id) } },
    data: { enqueuedAt: null, attempts: { decrement: 1 } },
  })
}

/**
 * Has everything sent again that was on its way when a process died: its job may be gone, or locked by
 * a dead worker. A job too many finds nothing to do.
 */
export async function releaseOutbox(database: Database): Promise<void> {
  await database.$executeRaw`SELECT release_outbox()`
}

/** What somebody asked for, and who did. */
export interface RequestSubject {
  readonly id: bigint
  readonly userId: bigint
}

/**
 * Has requests sent again whose worker died, without the wait for a lost job.
 *
 * @returns how many were on their way
 */
export async function sendAgain(
  database: Database,
  type: EventName,
  subjects: readonly RequestSubject[],
): Promise<number> {
  if (subjects.length === 0) return 0
  const { count } = await database.outboxRow.updateMany({
    where: {
      type,
      userId: { in: subjects.map(({ userId }) => userId) },
      subjectId: { in: subjects.map(({ id }) => id) },
    },
    data: { enqueuedAt: null, attempts: 0 },
  })
  return count
}

const withRequest = (requestId: string | null) =>
  requestId === null ? {} : { request_id: requestId }

/** The consumer of an event, and how its rows become jobs. An event of a newer version is left to that version. */
function routeOf(type: string) {
  const event = Object.hasOwn(events, type) ? events[type as EventName] : undefined
  return event !== undefined && 'coalesced' in event ? event : undefined
}

/** The last request behind each user's rows. The day that a transaction moved away from names none. */
function requestsOf(rows: readonly ClaimedRow[]): ReadonlyMap<number, string | null> {
  const requests = new Map<number, string | null>()
  for (const { user_id, request_id } of rows) {
    const userId = Number(user_id)
    requests.set(userId, request_id ?? requests.get(userId) ?? null)
  }
  return requests
}

/** The users of each request, ascending. */
function usersByRequest(rows: readonly ClaimedRow[]): ReadonlyMap<string | null, number[]> {
  const byRequest = new Map<string | null, number[]>()
  for (const [userId, requestId] of requestsOf(rows)) {
    const users = byRequest.get(requestId) ?? []
    users.push(userId)
    byRequest.set(requestId, users)
  }
  for (const users of byRequest.values()) users.sort((a, b) => a - b)
  return byRequest
}

const slicesOf = (users: readonly number[], size: number) =>
  Array.from({ length: Math.ceil(users.length / size) }, (_, index) =>
    users.slice(index * size, (index + 1) * size),
  )

/**
 * Turns claimed rows into jobs: one for each request of a report or an import, one for each user with changes,
 * and one for up to {@link MAX_USERS} users that one request changed.
 *
 * @param share false gives each user a job of their own: one that fails then keeps nobody else waiting
 */
export function jobsOf(rows: readonly ClaimedRow[], share = true): Job[] {
  const jobs: Job[] = []
  const coalesced = new Map<'recomputeStatistics', ClaimedRow[]>()
  for (const row of rows) {
    const route = routeOf(row.type)
    if (route === undefined) continue
    if (route.coalesced) {
      const changes = coalesced.get(route.consumer) ?? []
      changes.push(row)
      coalesced.set(route.consumer, changes)
    } else {
      const payload = { id: Number(row.subject_id), ...withRequest(row.request_id) }
      jobs.push({ consumer: route.consumer, payload })
    }
  }
  for (const [consumer, changes] of coalesced) {
    for (const [requestId, users] of usersByRequest(changes)) {
      const yields = share && users.length >= MANY_USERS
      for (const user_ids of slicesOf(users, yields ? MAX_USERS : 1)) {
        const payload = { user_ids, ...withRequest(requestId) }
        jobs.push(yields ? { consumer, payload, yields } : { consumer, payload })
      }
    }
  }
  return jobs
}

/** Rows of changes, not of requests for reports and imports, which last as long as their work. */
const CHANGES = { day: { not: null } }

/** Shows how much waits in the outbox, and for how long. */
export function gaugeOutbox(database: Database, metrics: Metrics): void {
  metrics.gauge(
    'passbook_outbox_rows',
    'Changes whose figures are not current yet: of a day, or of a user by a big load',
    () => database.outboxRow.count({ where: CHANGES }),
  )
  metrics.gauge('passbook_outbox_lag_seconds', 'Age of the oldest change without figures', () =>
    oldestChangeSeconds(database),
  )
}

/** How long the oldest change has waited for its figures. */
export async function oldestChangeSeconds(database: Database): Promise<number> {
  const { _min } = await database.outboxRow.aggregate({
    where: CHANGES,
    _min: { createdAt: true },
  })
  if (_min.createdAt === null) return 0
  return Math.max(0, (Date.now() - _min.createdAt.getTime()) / 1000)
}
