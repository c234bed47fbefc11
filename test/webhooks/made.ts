import type { Cast } from '../setup/cast.ts'
import { asAdmin, type Endpoint } from './hooks.ts'

/** Makes an endpoint that nothing is delivered to. */
export async function makeEndpoint(cast: Cast, fields: object = {}): Promise<Endpoint> {
  const body = { url: 'https://hooks.example.com/passbook', ...fields }
  return (await asAdmin(cast, 'createWebhookEndpoint', { body })).body
}

/** Stores a delivery that failed, of an event that is not kept. @returns its id */
export async function makeDelivery(
  { service, user }: Cast,
  { id }: Endpoint,
  status = 'failed',
): Promise<number> {
  const [row] = await service.database.query<{ id: string }>(
    `INSERT INTO webhook_deliveries (user_id, endpoint_id, event_id, type, status, attempts, next_attempt_at, finished_at)
     SELECT $1, $2, 1, 'user.created', $3::text, 10,
       CASE WHEN $3::text = 'pending' THEN now() + interval '1 hour' END, CASE WHEN $3::text <> 'pending' THEN now() END
     RETURNING id`,
    [user.id, id, status],
  )
  return Number(row?.id)
}
