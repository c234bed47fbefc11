import type { Database } from '../../database/client.ts'
import { EventType } from '../../generated/schemas.ts'

/** A stored event. */
export interface EventRow {
  readonly id: bigint
  readonly user_id: bigint
  readonly type: EventType
  readonly data: Readonly<Record<string, unknown>>
  readonly request_id: string | null
  readonly created_at: Date
}

/** Which events somebody wants. */
export interface EventFilter {
  readonly type?: readonly EventType[]
  readonly user_id?: number
}

/** Reads the events after an id that pass the filter, in their order. */
export function readEvents(
  database: Database,
  { type, user_id }: EventFilter,
  after: number,
  limit: number,
): Promise<EventRow[]> {
  // The events of a user are looked up by type.
  const types = user_id === undefined ? (type ?? null) : (type ?? EventType.enum)
  return database.$queryRaw`
    SELECT id, user_id, type, data, request_id, created_at
    FROM read_events(${after}::bigint, ${limit}::int, ${types}::text[], ${user_id ?? null}::bigint)`
}

/** The id of the newest event; 0 if there is none. */
export async function newestEvent(database: Database): Promise<number> {
  const { _max } = await database.event.aggregate({ _max: { id: true } })
  return Number(_max.id ?? 0)
}
