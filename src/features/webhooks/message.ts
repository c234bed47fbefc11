import type { EventType } from '../../generated/schemas.ts'
import { eventView } from '../events/events.public.ts'
import type { NextDelivery } from './lanes.ts'

/** The identity and body of a webhook. */
export interface Message {
  /** The same in every attempt, so that a receiver knows what it has already. */
  readonly id: string
  readonly body: string
}

/** The message of a delivery: its event as `GET /v1/events` shows it, with a `timestamp`. */
export function messageOf(delivery: NextDelivery, userId: number, endpointId: number): Message {
  const { id, event_id, type, created_at, request_id, data } = delivery
  const timestamp = created_at.toISOString()
  if (event_id === null) {
    const ping = { type, timestamp, data: { endpoint_id: endpointId, delivery_id: Number(id) } }
    const body = { ...ping, ...(request_id !== null && { request_id }) }
    return { id: `ping_${id}`, body: JSON.stringify(body) }
  }
  const event = eventView({
    id: event_id,
    user_id: BigInt(userId),
    type: type as EventType,
    data: data ?? {},
    request_id,
    created_at,
  })
  return { id: `evt_${event_id}`, body: JSON.stringify({ ...event, timestamp }) }
}
