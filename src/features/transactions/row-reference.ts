import { createHash } from 'node:crypto'
import { FileError } from '../../csv/errors.ts'
import type { TransactionDraft } from './fields.ts'

/** Equal rows are counted in memory, of which each takes some 100 bytes. */
const MAX_ROWS = 1_000_000
/** As many bytes of SHA-256 tell all rows of a user apart. */
const HASH_BYTES = 20

const tooMany = () =>
  new FileError(
    'too_many_rows',
    `References are made for up to ${MAX_ROWS} rows; send the file in parts.`,
  )

/**
 * Creates the function that makes a reference of what a row holds. Equal rows of a user are numbered in the
 * order of the file, so that two equal payments of a day are both loaded, and once from each of
 * two statements that overlap. Names are left out, since references are not encrypted.
 *
 * @returns a function that throws FileError `too_many_rows`
 */
export function createRowReference() {
  const counts = new Map<string, number>()
  let rows = 0
  return (owner: number | string, draft: TransactionDraft): string => {
    rows += 1
    if (rows > MAX_ROWS) throw tooMany()
    const { date, amount, type, currency, description } = draft
    const content = [date.toISOString(), amount.toFixed(), type, currency, description]
    const hash = createHash('sha256')
      .update(JSON.stringify(content))
      .digest()
      .subarray(0, HASH_BYTES)
    const key = `${owner} ${hash.toString('latin1')}`
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return `hash:${hash.toString('hex')}:${count}`
  }
}
