import { afterEach, expect, vi } from 'vitest'
import type { OperationId } from '../../src/generated/operations.ts'
import { type Cast, useCast } from '../setup/cast.ts'
import type { RequestOptions } from '../setup/service.ts'
import { type Answering, type Receiver, startReceiver } from './receiver.ts'

/** An endpoint with its secret, as `createWebhookEndpoint` answers it. */
export interface Endpoint {
  readonly id: number
  readonly url: string
  readonly secret: string
}

/** An endpoint that leads to a receiver. */
export interface Hooked {
  readonly endpoint: Endpoint
  readonly receiver: Receiver
}

/** An operation as the admin. */
export const asAdmin = (cast: Cast, operationId: OperationId, request: RequestOptions = {}) =>
  cast.service.call(operationId, { token: cast.admin.token, ...request })

/** The deliveries of an endpoint, oldest first. */
export async function deliveriesOf(cast: Cast, { id }: Endpoint) {
  const query = { per_page: 100 }
  const { body } = await asAdmin(cast, 'listWebhookDeliveries', { params: { id }, query })
  return body.toReversed()
}

/** Waits until no delivery of an endpoint waits. @returns them all, oldest first */
export async function settled(cast: Cast, endpoint: Endpoint) {
  return await vi.waitFor(
    async () => {
      const deliveries = await deliveriesOf(cast, endpoint)
      const waiting = deliveries.filter(({ status }: { status: string }) => status === 'pending')
      expect([deliveries.length > 0, waiting]).toEqual([true, []])
      return deliveries
    },
    { timeout: 15_000, interval: 20 },
  )
}

/** Waits until the first delivery of an endpoint has had so many attempts. */
export async function tried(cast: Cast, endpoint: Endpoint, count: number) {
  return await vi.waitFor(
    async () => {
      const [first] = await deliveriesOf(cast, endpoint)
      expect(first.attempt_count).toBe(count)
      return first
    },
    { timeout: 15_000, interval: 20 },
  )
}

/** Makes whatever waits for its next attempt due now. */
export async function passTime({ service }: Cast): Promise<void> {
  await service.database.query(
    `UPDATE webhook_deliveries SET next_attempt_at = now() WHERE status = 'pending'`,
  )
  await service.database.query('UPDATE webhook_lanes SET due_at = now() WHERE lease IS NULL')
}

/**
 * Waits until all that was caused is told of. An endpoint gets what is told while it is there and
 * enabled, which is a moment after it was caused.
 */
export async function nothingIsUntold({ service }: Cast): Promise<void> {
  const look = async () =>
    expect(
      await service.database.query(
        'SELECT type FROM outbox UNION ALL SELECT type FROM pending_events',
      ),
    ).toEqual([])
  await vi.waitFor(look, { timeout: 15_000, interval: 20 })
}

/** A service that delivers, and receivers that are gone after each test. */
export function useHooks(env: Readonly<Record<string, string>> = {}) {
  const cast = useCast({ worker: true, env: { WEBHOOK_ALLOW_PRIVATE: 'true', ...env } })
  const hooked: Hooked[] = []
  afterEach(async () => {
    for (const { endpoint, receiver } of hooked.splice(0)) {
      await asAdmin(cast, 'deleteWebhookEndpoint', { params: { id: endpoint.id } })
      await receiver.close()
    }
  })
  return {
    cast,
    /** Makes an endpoint that wants these types of events. */
    async hook(eventTypes = ['transaction.created'], answer?: Answering): Promise<Hooked> {
      await nothingIsUntold(cast)
      const receiver = await startReceiver(answer)
      const body = { url: receiver.url, event_types: eventTypes }
      const answered = await asAdmin(cast, 'createWebhookEndpoint', { body })
      expect(answered.status).toBe(201)
      const made = { endpoint: answered.body as Endpoint, receiver }
      hooked.push(made)
      return made
    },
    /** Books a transaction of the user, which is an event. */
    book: (fields: object = {}) =>
      cast.service.createTransaction(cast.user.token, { user_id: cast.user.id, ...fields }),
  }
}
