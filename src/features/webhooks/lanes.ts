import type { Database, DatabaseTransaction } from '../../database/client.ts'
import type { LeasedLane } from '../../events/catalogue.ts'
import type { PostError } from '../../lib/webhooks/post.ts'

/** A job that dies gives its lane back after this. An attempt takes far less. */
const LEASE_SECONDS = 60
/** Lanes that become due at once when an endpoint is enabled again. */
const MAX_RESUMED = 10_000

/** What is to be sent now. */
export interface NextDelivery {
  readonly id: bigint
  /** Null for a ping. */
  readonly event_id: bigint | null
  readonly type: string
  /** How often it was tried. */
  readonly attempts: number
  readonly created_at: Date
  readonly request_id: string | null
  readonly data: Readonly<Record<string, unknown>> | null
}

/** What came of an attempt. */
export interface AttemptResult {
  readonly status: 'delivered' | 'pending' | 'failed'
  /** When it is tried again, of one that is pending. */
  readonly retryAt: Date | null
  readonly startedAt: Date
  readonly durationMs: number
  /** Of an answer: its status, and its beginning in encrypted form. */
  readonly answer?: { readonly status: number; readonly text: Uint8Array }
  readonly error?: PostError
}

/**
 * Leases lanes that are due, for at most `most` jobs of each endpoint at once, whichever process
 * runs them.
 */
export async function claimLanes(
  database: Database,
  endpoints: readonly bigint[],
  most: number,
): Promise<LeasedLane[]> {
  const lanes = await database.$queryRaw<{ user_id: bigint; endpoint_id: bigint; lease: string }[]>`
    SELECT * FROM claim_webhook_lanes(${endpoints}::bigint[], ${most}::int, ${LEASE_SECONDS}::int)`
  return lanes.map(({ user_id, endpoint_id, lease }) => ({
    user_id: Number(user_id),
    endpoint_id: Number(endpoint_id),
    lease,
  }))
}

/** The delivery of a lane to send now. Undefined when there is none, or the lease was lost. */
export async function nextDelivery(
  database: Database,
  { user_id, endpoint_id, lease }: LeasedLane,
): Promise<NextDelivery | undefined> {
  const [next] = await database.$queryRaw<NextDelivery[]>`
    SELECT * FROM next_webhook_delivery(
      ${user_id}::bigint, ${endpoint_id}::bigint, ${lease}::uuid, ${LEASE_SECONDS}::int)`
  return next
}

/** Keeps what came of an attempt. @returns false if the lease was lost, or the delivery is gone */
export async function endAttempt(
  database: Database,
  { user_id, endpoint_id, lease }: LeasedLane,
  delivery: bigint,
  { status, retryAt, startedAt, durationMs, answer, error }: AttemptResult,
): Promise<boolean> {
  const [row] = await database.$queryRaw<[{ kept: boolean }]>`
    SELECT end_webhook_attempt(
      ${user_id}::bigint, ${endpoint_id}::bigint, ${lease}::uuid, ${delivery}::bigint,
      ${status}, ${retryAt}::timestamptz, ${startedAt}::timestamptz, ${durationMs}::int,
      ${answer?.status ?? null}::smallint, ${error ?? null}, ${answer?.text ?? null}::bytea) AS kept`
  return row.kept
}

/** Gives a lane back, so that its next delivery can be claimed. */
export async function releaseLane(
  database: Database,
  { user_id, endpoint_id, lease }: LeasedLane,
): Promise<void> {
  await database.$queryRaw`
    SELECT 1 FROM release_webhook_lane(${user_id}::bigint, ${endpoint_id}::bigint, ${lease}::uuid)`
}

/** Makes what waits for an endpoint due now. */
export async function resumeLanes(tx: DatabaseTransaction, endpoint: bigint): Promise<void> {
  await tx.$queryRaw`SELECT resume_webhook_lanes(${endpoint}::bigint, ${MAX_RESUMED}::int)`
}
