import { slicesOf } from '../lib/slices.ts'
import {
  type CoalescedConsumer,
  type EventName,
  events,
  type Job,
  MAX_USERS,
  type UsersPayload,
} from './catalogue.ts'
import type { ClaimedRow } from './outbox.ts'

/** A user, and the last request behind their rows. */
interface Change {
  readonly userId: number
  readonly requestId: string | null
}

/** The catalogue's entry of an event. Undefined for an event that only a newer Passbook knows. */
export function routeOf(type: string) {
  const event = Object.hasOwn(events, type) ? events[type as EventName] : undefined
  return event !== undefined && 'coalesced' in event ? event : undefined
}

/** Whether an event's jobs let all others go first. */
export function yields(type: string): boolean {
  const route = routeOf(type)
  return route !== undefined && 'yields' in route
}

const withRequest = (requestId: string | null | undefined) =>
  requestId ? { request_id: requestId } : {}

/**
 * The changes of each user, ascending. The row of a day that a transaction moved away from has no
 * request.
 */
function changesOf(rows: readonly ClaimedRow[]): readonly Change[] {
  const requests = new Map<number, string | null>()
  for (const { user_id, request_id } of rows) {
    const userId = Number(user_id)
    requests.set(userId, request_id ?? requests.get(userId) ?? null)
  }
  return [...requests]
    .map(([userId, requestId]) => ({ userId, requestId }))
    .sort((a, b) => a.userId - b.userId)
}

/** Names the request once where all have the same. */
function payloadOf(changes: readonly Change[]): UsersPayload {
  const user_ids = changes.map(({ userId }) => userId)
  const request_ids = changes.map(({ requestId }) => requestId)
  const same = request_ids.every((requestId) => requestId === request_ids[0])
  return same ? { user_ids, ...withRequest(request_ids[0]) } : { user_ids, request_ids }
}

const job = (consumer: CoalescedConsumer, changes: readonly Change[], yields: boolean): Job => ({
  consumer,
  payload: payloadOf(changes),
  ...(yields && { yields }),
})

/**
 * Turns claimed rows into jobs: one for each requested report, import or mail, and for each consumer of
 * changes one for up to {@link MAX_USERS} users.
 *
 * @param share false gives each user their own job, so that a failing one delays nobody else
 */
export function jobsOf(rows: readonly ClaimedRow[], share = true): Job[] {
  const jobs: Job[] = []
  const coalesced = new Map<CoalescedConsumer, { rows: ClaimedRow[]; yielding: boolean }>()
  for (const row of rows) {
    const route = routeOf(row.type)
    if (route === undefined) continue
    if (route.coalesced) {
      const found = coalesced.get(route.consumer) ?? { rows: [], yielding: 'yields' in route }
      found.rows.push(row)
      coalesced.set(route.consumer, found)
    } else {
      const payload = { id: Number(row.subject_id), ...withRequest(row.request_id) }
      jobs.push({ consumer: route.consumer, payload })
    }
  }
  for (const [consumer, { rows, yielding }] of coalesced) {
    const size = share ? MAX_USERS : 1
    const loads = rows.filter(({ load }) => load)
    const others = rows.filter(({ load }) => !load)
    const slices = (some: readonly ClaimedRow[]) => slicesOf(changesOf(some), size)
    jobs.push(...slices(others).map((some) => job(consumer, some, yielding)))
    jobs.push(...slices(loads).map((some) => job(consumer, some, share || yielding)))
  }
  return jobs
}

/** The jobs of a batch's users, one each, so that a failing one delays nobody else. */
export const jobsOfEach = (
  consumer: CoalescedConsumer,
  { user_ids, request_id, request_ids }: UsersPayload,
  yields: boolean,
): Job[] =>
  user_ids.map((userId, index) =>
    job(consumer, [{ userId, requestId: request_ids?.[index] ?? request_id ?? null }], yields),
  )
