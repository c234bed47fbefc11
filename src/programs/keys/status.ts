import type pg from 'pg'
import { connectDedicated } from '../../database/dedicated-connection.ts'
import type { KeyUseRow } from '../../database/key-use.ts'
import { isIndexKey } from '../../lib/encryption-keys.ts'
import type { Outcome } from '../../lib/process.ts'
import { slotColumn } from '../../lib/slot-column.ts'
import { ENCRYPTED_COLUMNS } from './encrypted-columns.ts'
import { INDEXED_TABLES } from './indexed-tables.ts'

/** Values are counted by reading whole tables. */
const LIMITS = { statement: 0, lock: 5_000, connect: 10_000 }

type Counts = Map<string, Record<string, number>>

function add(counts: Counts, keyId: string, place: string, count: number): void {
  if (count > 0) counts.set(keyId, { ...counts.get(keyId), [place]: count })
}

async function countValues(session: pg.Client, counts: Counts): Promise<void> {
  for (const { table, column } of ENCRYPTED_COLUMNS) {
    const { rows } = await session.query<{ id: string; count: number }>(
      `SELECT encode(substring(${column} FROM 2 FOR get_byte(${column}, 0)), 'escape') AS id, count(*)::int
       FROM ${table} WHERE length(${column}) > 0 GROUP BY 1`,
    )
    for (const { id, count } of rows) add(counts, id, `${table}.${column}`, count)
  }
}

async function countIndexes(session: pg.Client, use: KeyUseRow, counts: Counts): Promise<void> {
  for (const slot of [1, 2] as const) {
    const keyId =
      slot === use.index_slot ? use.index_key : (use.next_index_key ?? use.former_index_key)
    for (const { table, required } of INDEXED_TABLES) {
      const column = slotColumn(required, slot)
      const { rows } = await session.query<{ count: number }>(
        `SELECT count(${column})::int FROM ${table}`,
      )
      add(counts, keyId ?? 'none', `${table}.${column}`, rows[0]?.count ?? 0)
    }
  }
}

/** Which keys the database knows, what is stored under each, and which may go from ENCRYPTION_KEYS. */
export async function keyStatus(databaseUrl: string): Promise<Outcome> {
  const session = await connectDedicated(databaseUrl, 'passbook keys', LIMITS)
  try {
    const { rows } = await session.query<KeyUseRow>('SELECT * FROM key_use')
    const use = rows[0] as KeyUseRow
    const { rows: known } = await session.query<{ id: string; retired_at: Date | null }>(
      `SELECT key_id AS id, retired_at FROM encryption_keys ORDER BY created_at, key_id`,
    )
    const counts: Counts = new Map()
    await countValues(session, counts)
    await countIndexes(session, use, counts)
    const keys = known.map(({ id, retired_at }) => {
      const values = counts.get(id) ?? {}
      const isRetired = retired_at !== null && Object.keys(values).length === 0
      const mayGo = isRetired && retired_at.getTime() <= Date.now()
      return {
        id,
        kind: isIndexKey(id) ? 'index' : 'field',
        current: id === use.field_key || id === use.index_key,
        values,
        may_go: mayGo,
        ...(isRetired && !mayGo && { may_go_at: retired_at.toISOString() }),
      }
    })
    const rotating =
      use.phase !== 'settled' ||
      keys.some(({ current, values }) => !current && Object.keys(values).length > 0)
    return {
      text: textOf(keys, rotating),
      document: { rotation_under_way: rotating, phase: use.phase, keys },
    }
  } finally {
    await session.end().catch(() => undefined)
  }
}

interface KeyLine {
  readonly id: string
  readonly current: boolean
  readonly values: Readonly<Record<string, number>>
  readonly may_go: boolean
  readonly may_go_at?: string
}

function lineOf({ id, current, values, may_go, may_go_at }: KeyLine): string {
  const stored = Object.entries(values).map(([place, count]) => `${place} ${count}`)
  const notes = [
    current && 'in use',
    may_go && 'may go from ENCRYPTION_KEYS',
    may_go_at !== undefined && `may go from ENCRYPTION_KEYS at ${may_go_at}`,
  ].filter((note) => note !== false)
  const note = notes.length > 0 ? `  (${notes.join('; ')})` : ''
  return `${id}  ${stored.join(', ') || 'nothing'}${note}`
}

function textOf(keys: readonly KeyLine[], rotating: boolean): string {
  const state = rotating
    ? 'A rotation is not done: `npm run keys -- rotate` goes on with it.'
    : 'No rotation is under way.'
  return `${[...keys.map(lineOf), state].join('\n')}\n`
}
