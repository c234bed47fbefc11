import { setTimeout as delay } from 'node:timers/promises'
import type { LoadConnection } from '../../database/copy-in.ts'
import type { Role } from '../../generated/schemas.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { hex } from '../../lib/hex.ts'
import { slotColumn } from '../../lib/slot-column.ts'
import { decryptName, emailLookUp } from './fields.ts'

/** Whoever deletes a user may wait for the load in turn: it waits no longer than this. */
const BUSY_ROUNDS = 20
const BUSY_MS = 50

/** A user that records of a load belong to. */
export interface FoundUser {
  readonly id: number
  readonly role: Role
  readonly name: string
}

interface Row {
  readonly id: string
  readonly role: Role
  readonly name: Buffer
  /** The email address's index, where it was looked up. */
  readonly key: Buffer | null
}

export type UserLookup = ReturnType<typeof createUserLookup>

/**
 * Finds users for a load, many at once, and keeps them from being deleted until its transaction ends. Those that
 * are being deleted are not found.
 */
export function createUserLookup(crypto: FieldCrypto) {
  async function keep(
    connection: LoadConnection,
    column: string,
    keys: readonly (number | Uint8Array)[],
  ): Promise<readonly Row[]> {
    const found: Row[] = []
    const keyColumn = column === 'id' ? 'email_index' : column
    const named =
      column === 'id'
        ? 'id = ANY ($1::bigint[])'
        : `${column} = ANY ($1::bytea[]) AND email_verified`
    const keyOf = (row: Row) => (column === 'id' ? row.id : hex(row.key as Buffer))
    const names = new Map(
      keys.map((key) => [typeof key === 'number' ? String(key) : hex(key), key]),
    )
    for (let round = 0; round < BUSY_ROUNDS && names.size > 0; round += 1) {
      if (round > 0) await delay(BUSY_MS)
      const wanted = [...names.values()]
      const rows = await connection.rows<Row>(
        `SELECT id, role, name, ${keyColumn} AS key FROM users WHERE ${named}
        ORDER BY id FOR KEY SHARE SKIP LOCKED`,
        [wanted],
      )
      found.push(...rows)
      for (const row of rows) names.delete(keyOf(row))
      if (names.size === 0) break
      const there = await connection.rows<Row>(
        `SELECT id, ${keyColumn} AS key FROM users WHERE ${named}`,
        [[...names.values()]],
      )
      const busy = new Set(there.map(keyOf))
      for (const name of names.keys()) if (!busy.has(name)) names.delete(name)
    }
    return found
  }

  const userOf = ({ id, role, name }: Row): FoundUser => ({
    id: Number(id),
    role,
    name: decryptName(crypto, BigInt(id), name),
  })

  return {
    async byId(
      connection: LoadConnection,
      ids: readonly number[],
    ): Promise<ReadonlyMap<number, FoundUser>> {
      const rows = await keep(connection, 'id', ids)
      return new Map(rows.map((row) => [Number(row.id), userOf(row)]))
    },

    /** By verified addresses in any case: others are claimed, and may belong to somebody else. */
    async byEmail(
      connection: LoadConnection,
      emails: readonly string[],
    ): Promise<ReadonlyMap<string, FoundUser>> {
      const found = emails.map((email) => emailLookUp(crypto, email))
      const indexes = found.map(({ index }) => Buffer.from(index))
      const column = slotColumn('email_index', found[0]?.slot ?? 1)
      const rows = await keep(connection, column, indexes)
      const byIndex = new Map(rows.map((row) => [hex(row.key as Buffer), userOf(row)]))
      return new Map(
        emails.flatMap((email, index): [string, FoundUser][] => {
          const user = byIndex.get(hex(indexes[index] as Buffer))
          return user === undefined ? [] : [[email, user]]
        }),
      )
    },
  }
}
