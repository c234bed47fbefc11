import type { Database } from '../../database/client.ts'
import type { LeasedLane } from '../../events/catalogue.ts'
import type { Nudge } from '../../events/passes.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import type { Log } from '../../lib/log.ts'
import type { Metrics } from '../../lib/metrics.ts'
import type { Post } from '../../lib/webhooks/post.ts'
import { signedHeaders } from '../../lib/webhooks/signature.ts'
import { encryptAnswer } from './answers.ts'
import { createEndpointFailures } from './endpoint-failures.ts'
import { decryptEndpoint, secretsOf } from './endpoints.ts'
import { endAttempt, type NextDelivery, nextDelivery, releaseLane } from './lanes.ts'
import { messageOf } from './message.ts'
import { GONE, judge } from './retries.ts'

/** Deliveries of one lane in a row, after which other lanes have their turn. */
const MAX_IN_A_ROW = 20
const USER_AGENT = 'Passbook-Webhooks/1'

interface Deps {
  readonly database: Database
  readonly crypto: FieldCrypto
  readonly post: Post
  /** Milliseconds after each failed attempt of a delivery but the last. */
  readonly retryWaits: readonly number[]
  readonly outbox: Nudge
  readonly metrics: Metrics
  readonly log: Log
}

/** Where a webhook is sent. */
interface Target {
  readonly id: bigint
  readonly url: string
  readonly secrets: readonly string[]
  readonly failingSince: Date | null
}

export type Deliverer = ReturnType<typeof createDeliverer>

/**
 * Delivers what waits in a lane: the events of one user for one endpoint, one after the other. All
 * state is in the database, so a process that dies loses nothing: its lease ends, and what it was
 * about is delivered again.
 */
export function createDeliverer(deps: Deps) {
  const { database, crypto, post, retryWaits, metrics, log } = deps
  const failures = createEndpointFailures(deps)
  let stopping = false

  /** Undefined if the endpoint is gone or disabled. */
  async function findTarget(id: number): Promise<Target | undefined> {
    const row = await database.webhookEndpoint.findFirst({ where: { id, disabledAt: null } })
    if (row === null) return undefined
    const { url, failingSince } = decryptEndpoint(crypto, row)
    return { id: row.id, url, failingSince, secrets: secretsOf(crypto, row) }
  }

  function send({ url, secrets }: Target, lane: LeasedLane, delivery: NextDelivery) {
    const { id, body } = messageOf(delivery, lane.user_id, lane.endpoint_id)
    const headers = {
      ...signedHeaders(secrets, id, new Date(), body),
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      ...(delivery.request_id !== null && { 'x-request-id': delivery.request_id }),
    }
    return post(new URL(url), headers, body)
  }

  /** @returns whether the lane goes on */
  async function attempt(
    target: Target,
    lane: LeasedLane,
    delivery: NextDelivery,
  ): Promise<boolean> {
    const startedAt = new Date()
    const end = metrics.webhookDurations.startTimer()
    const answer = await send(target, lane, delivery)
    end()
    const judged = judge(answer, delivery.attempts, retryWaits)
    // A test event is tried once.
    const isOver = delivery.event_id === null && judged.status === 'pending'
    const verdict = isOver ? { status: 'failed' as const, retryAt: null } : judged
    const durationMs = Math.max(0, Date.now() - startedAt.getTime())
    const kept = await endAttempt(database, lane, delivery.id, {
      ...verdict,
      startedAt,
      durationMs,
      ...(typeof answer === 'string'
        ? { error: answer }
        : {
            answer: {
              status: answer.status,
              text: encryptAnswer(crypto, lane.user_id, answer.text),
            },
          }),
    })
    metrics.webhookDeliveries.inc({
      result: verdict.status === 'pending' ? 'retried' : verdict.status,
    })
    if (verdict.status === 'delivered') await failures.succeeded(target.id)
    else {
      const outcome = typeof answer === 'string' ? answer : answer.status
      const { endpoint_id } = lane
      log.info({ endpoint_id, delivery_id: Number(delivery.id), outcome }, 'a webhook failed')
      if (outcome === GONE) await failures.gone(target.id)
      else await failures.failed(target.id, target.failingSince, startedAt)
    }
    return kept
  }

  return {
    /** Delivers what is due in a leased lane. */
    async run(lane: LeasedLane): Promise<void> {
      for (let sent = 0; sent < MAX_IN_A_ROW && !stopping; sent += 1) {
        const target = await findTarget(lane.endpoint_id)
        if (target === undefined) break
        const delivery = await nextDelivery(database, lane)
        if (delivery === undefined) return
        if (!(await attempt(target, lane, delivery))) return
      }
      await releaseLane(database, lane)
    },

    /** Begins no more deliveries. */
    stop() {
      stopping = true
    },
  }
}
