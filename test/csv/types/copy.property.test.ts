import { once } from 'node:events'
import fc from 'fast-check'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CsvParser } from '../../../src/csv/parse/parser.ts'
import type { RowBatch } from '../../../src/csv/parse/row-batch.ts'
import { createCanonical } from '../../../src/csv/types/canonical.ts'
import { type Column, ColumnTypes } from '../../../src/csv/types/column-types.ts'
import { PLAIN_NUMBERS } from '../../../src/csv/types/number-format.ts'
import { createTestDatabase, type TestDatabase } from '../../setup/database.ts'
import { propertyRuns } from '../../setup/property-runs.ts'

let database: TestDatabase
let client: pg.Client

beforeAll(async () => {
  database = await createTestDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

const TYPES = { integer: 'bigint', numeric: 'numeric', json: 'json' } as const
const sqlType = ({ type }: Column): string => TYPES[type as keyof typeof TYPES] ?? type

/** The rows that COPY stores for a text, in a table of these columns. */
async function load(columns: readonly Column[], csv: string): Promise<string[]> {
  const names = columns.map((_, index) => `c${index}`)
  const definitions = columns.map((column, index) => `c${index} ${sqlType(column)}`)
  await client.query('DROP TABLE IF EXISTS loaded')
  await client.query(
    `CREATE TEMPORARY TABLE loaded (place bigint GENERATED ALWAYS AS IDENTITY, ${definitions.join()})`,
  )
  const sink = client.query(copyFrom(`COPY loaded (${names.join()}) FROM STDIN (FORMAT csv)`))
  sink.end(csv)
  await once(sink, 'finish')
  const { rows } = await client.query<{ row: string }>(
    `SELECT to_jsonb(ARRAY[${names.map((name) => `${name}::text`).join()}]) AS row
       FROM loaded ORDER BY place`,
  )
  return rows.map(({ row }) => JSON.stringify(row))
}

const canonical = createCanonical(PLAIN_NUMBERS)

/** Whether COPY would misread a quote inside an unquoted cell, or a lone `\.`. */
function isSpecial(batch: RowBatch, row: number): boolean {
  const first = batch.firstCell[row] as number
  const cells = batch.texts(row)
  const bare = cells.filter((_, index) => batch.cellFlags[first + index] === 0)
  return bare.some((text) => text.includes('"')) || (cells.length === 1 && cells[0] === '\\.')
}

/** A row rewritten in canonical form. */
function rewritten(batch: RowBatch, row: number, columns: readonly Column[]): string {
  const first = batch.firstCell[row] as number
  const cells = columns.map((column, index) => {
    const cell = first + index
    const isNull = batch.cellStart[cell] === batch.cellEnd[cell] && batch.cellFlags[cell] === 0
    const text = batch.text(cell)
    const value = column.type === 'text' ? text : canonical(column, text.trim())
    return isNull ? '' : `"${value.replaceAll('"', '""')}"`
  })
  return `${cells.join()}\n`
}

it('COPY reads plain rows as the detected values', async () => {
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`
  const texts = fc.string({ unit: fc.constantFrom(...'ab\'"\\,. \t\n\r-1é'), maxLength: 6 })
  const bare = texts.map((text) => text.replace(/[",\n\r]/g, ''))
  const padded = (values: readonly string[]) =>
    fc
      .tuple(fc.constantFrom(...values), fc.boolean(), fc.constantFrom('', '', '', ' ', '\t'))
      .map(([value, quoted, blank]) => {
        const text = `${blank}${value}${blank}`
        return quoted || value.includes('"') ? quote(text) : text
      })
  const kinds = [
    fc.oneof(texts.map(quote), bare, fc.constantFrom('', '""', 'NULL', ' ', '\\.', '\\N', 'a"b')),
    padded(['1', '-20', '0', '9223372036854775807', '']),
    padded(['1.50', '-.5', '1e+3', '7', '']),
    padded(['2026-01-31', '2024-02-29', '0001-01-01', '']),
    padded(['2026-01-31 10:15', '2026-01-31T23:59:59.5', '2026-01-31 9:05', '']),
    padded(['2026-01-31T10:15Z', '2026-01-31 10:15:00 +0530', '']),
    padded(['yes', 'No', 'YES', '']),
    padded(['0f8fad5b-d9cb-469f-a165-70867728950e', '0F8FAD5B-D9CB-469F-A165-70867728950E', '']),
    padded(['{"a": 1}', '[]', '']),
    padded(['31/01/2026', '30/12/2025', '']),
  ] as const
  const tables = fc
    .array(fc.nat({ max: kinds.length - 1 }), { minLength: 1, maxLength: 5 })
    .chain((chosen) =>
      fc.array(fc.tuple(...chosen.map((kind) => kinds[kind] as fc.Arbitrary<string>)), {
        minLength: 5,
        maxLength: 30,
      }),
    )
  let compared = 0
  await fc.assert(
    fc.asyncProperty(tables, async (table) => {
      const file = table.map((row) => `${row.join()}\n`).join('')
      const types = new ColumnTypes()
      const parser = new CsvParser()
      const [batch] = parser.push(Buffer.from(file))
      if (batch === undefined) return
      types.add(batch)
      const columns = types.columns()
      const plain = Array.from({ length: batch.rows }, (_, row) => row).filter(
        (row) =>
          types.plain[row] === 1 && batch.width(row) === columns.length && !isSpecial(batch, row),
      )
      compared += plain.length
      const rawRows = plain.map((row) => batch.raw(row).toString()).join('')
      const canonicalRows = plain.map((row) => rewritten(batch, row, columns)).join('')
      expect(await load(columns, rawRows)).toEqual(await load(columns, canonicalRows))
    }),
    { numRuns: propertyRuns(120) },
  )
  expect(compared).toBeGreaterThan(100)
})
