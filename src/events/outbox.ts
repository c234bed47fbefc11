import type { Database, PlainDatabase } from '../database/client.ts'
import type { Metrics } from '../lib/metrics.ts'
import { type EventName, events } from './catalogue.ts'
import { routeOf } from './jobs-of-rows.ts'
import { CLAIM_MARK } from './runaways.ts'

/** A row of the outbox that is about to be enqueued. */
export interface ClaimedRow {
  readonly id: string
  readonly user_id: string
  readonly type: string
  readonly subject_id: string | null
  readonly request_id: string | null
  /** Whether it is part of a load, whose jobs let all others go first. */
  readonly load?: boolean
}

/**
 * Claims rows that were never enqueued. It skips users who already have a job of the same consumer
 * under way: that job handles every change it finds when it runs, and later changes are enqueued
 * once it is done. So a user has one job of a consumer at a time, however many transactions arrive.
 *
 * @param limit for rows that yield, for users of loads and for all others, each
 * @param yielding whether to claim rows of events that yield
 * @param loads whether to claim a row of each user of whom a load waits
 */
export const claimNew = (
  relayed: PlainDatabase,
  limit: number,
  yielding: boolean,
  loads: boolean,
) =>
  relayed.rows<ClaimedRow>(
    `${CLAIM_MARK} SELECT * FROM claim_outbox($1::int, $2::boolean, $3::boolean)`,
    [limit, yielding, loads],
  )

/** Claims rows whose job was lost with a queue, or keeps failing. */
export const claimLost = (relayed: PlainDatabase, limit: number, retrySeconds: number) =>
  relayed.rows<ClaimedRow>(`${CLAIM_MARK} SELECT * FROM claim_lost_outbox($1::int, $2::int)`, [
    limit,
    retrySeconds,
  ])

/** Releases claimed rows that could not be enqueued. */
export async function unclaim(database: Database, rows: readonly ClaimedRow[]): Promise<void> {
  await database.outboxRow.updateMany({
    where: {
      userId: { in: rows.map(({ user_id }) => BigInt(user_id)) },
      id: { in: rows.map(({ id }) => BigInt(id)) },
    },
    data: { enqueuedAt: null, attempts: { decrement: 1 } },
  })
}

/**
 * Releases every claimed row, so that the relay enqueues it again. After a process died, the job of
 * a row may be gone, or locked by a dead worker. A duplicate job finds nothing to do.
 */
export async function releaseOutbox(database: Database): Promise<void> {
  await database.$executeRaw`SELECT release_outbox()`
}

/** A report or an import, and the user who asked for it. */
export interface RequestSubject {
  readonly id: bigint
  readonly userId: bigint
}

/**
 * Releases requests whose worker died, so that they are enqueued at once and not only when their
 * job counts as lost.
 *
 * @returns how many rows were released
 */
export async function releaseRequests(
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

/**
 * Selects changes. Requests for reports and imports have no day, and last as long as their work.
 */
const CHANGES = { day: { not: null } }

/** Registers gauges for how many changes wait in the outbox, and for how long. */
export function gaugeOutbox(database: Database, metrics: Metrics): void {
  metrics.gauge('passbook_outbox_rows', 'Outbox rows of changes without figures', () =>
    database.outboxRow.count({ where: CHANGES }),
  )
  metrics.gauges(
    'passbook_outbox_waiting_rows',
    'Outbox rows whose work is not done, by the job that does it',
    ['job'] as const,
    () => waitingByConsumer(database),
  )
  metrics.gauge('passbook_outbox_lag_seconds', 'Age of the oldest change without figures', () =>
    oldestChangeSeconds(database),
  )
}

/** Counts the rows of each consumer that the outbox has work for. */
export async function waitingByConsumer(database: Database) {
  const counts = new Map<string, number>()
  for (const event of Object.values(events)) {
    if ('coalesced' in event) counts.set(event.consumer, 0)
  }
  const rows = await database.outboxRow.groupBy({ by: ['type'], _count: true })
  for (const { type, _count } of rows) {
    // An event of a newer Passbook is none of ours.
    const job = routeOf(type)?.consumer
    if (job !== undefined) counts.set(job, (counts.get(job) ?? 0) + _count)
  }
  return [...counts].map(([job, value]) => ({ labels: { job }, value }))
}

/** The age in seconds of the oldest change without figures; 0 if there is none. */
export async function oldestChangeSeconds(database: Database): Promise<number> {
  const { _min } = await database.outboxRow.aggregate({
    where: CHANGES,
    _min: { createdAt: true },
  })
  if (_min.createdAt === null) return 0
  return Math.max(0, (Date.now() - _min.createdAt.getTime()) / 1000)
}
