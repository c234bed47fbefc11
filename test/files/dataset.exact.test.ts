import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Format } from '../../src/csv/parse/format.ts'
import { readFile } from '../csv/file/read-file.ts'
import { writeTable } from '../csv/write-table.ts'
import { type DatasetLoads, openDatasetLoads } from '../imports/kinds/dataset/dataset-loads.ts'

let datasets: DatasetLoads

beforeAll(async () => {
  datasets = await openDatasetLoads()
})
afterAll(() => datasets.close())

const format: fc.Arbitrary<Format> = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|', ':', '^', ' ', '.', 'x'),
  quote: fc.constantFrom('"', "'"),
  escape: fc.constantFrom('doubled', 'backslash'),
  lineEnd: fc.constantFrom('any', 'lf', 'crlf', 'cr'),
})
const writing = fc.record({
  encoding: fc.constantFrom('utf-8', 'utf-16le', 'utf-16be'),
  marked: fc.constant(true),
  bare: fc.boolean(),
  lastLineEnd: fc.constant(true),
})
const anyText = fc
  .oneof(
    fc.string({ unit: fc.constantFrom(...'"\'\\,;\t|:\r\n .Nx0é😀'), maxLength: 6 }),
    fc.string({ unit: 'grapheme', maxLength: 6 }),
    fc.constantFrom('\\.', '\\N', 'NULL', '', ' ', '1', '2026-01-01', "'", '"'),
  )
  .map((text) => text.toWellFormed().replaceAll('\0', '0'))

it('keeps every cell of any table as it stands where texts are kept', async () => {
  const table = fc
    .integer({ min: 1, max: 4 })
    .chain((width) =>
      fc.array(fc.array(anyText, { minLength: width, maxLength: width }), { maxLength: 6 }),
    )
  await fc.assert(
    fc.asyncProperty(table, format, writing, async (rows, form, how) => {
      const names = Array.from({ length: rows[0]?.length ?? 1 }, (_, index) => `name${index}`)
      const file = writeTable([names, ...rows], form, how)
      const loaded = await datasets.load(file, {
        types: 'text',
        dialect: { ...form, header: true, preambleLines: 0 },
      })
      expect(loaded.rejects).toEqual([])
      expect(await loaded.rows()).toEqual(rows)
      expect(loaded.counts).toEqual({ read: rows.length, loaded: rows.length, skipped: 0 })
    }),
    { numRuns: 200 },
  )
}, 120_000)

it('stores the cells of any bytes as they are read, or refuses the file with a code', async () => {
  const text = fc
    .array(fc.string({ unit: fc.constantFrom(...',;\t "\'1aé\n\r:|'), maxLength: 10 }), {
      maxLength: 8,
    })
    .map((lines) => Buffer.from(lines.join('\n')))
  const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array))
  await fc.assert(
    fc.asyncProperty(fc.oneof(text, bytes), async (file) => {
      const fault = (error: unknown) => {
        expect(error).toMatchObject({ code: expect.stringMatching(/^[a-z_]+$/) })
        return undefined
      }
      const loaded = await datasets.load(file, { types: 'text' }).catch(fault)
      if (loaded === undefined) return
      const read = await readFile(file, { types: 'text' })
      const width = loaded.columns.length
      // Columns without name and values are left out.
      const cells = read.rows.map((row) =>
        Array.from({ length: width }, (_, column) => row[column] ?? ''),
      )
      expect((await loaded.rows()).map((row) => row.map((cell) => cell ?? ''))).toEqual(cells)
      expect(read.rows.every((row) => row.slice(width).every((cell) => cell === ''))).toBe(true)
      expect(loaded.rejects).toEqual(read.rejects)
    }),
    { numRuns: Number(process.env['ANY_BYTES_RUNS'] ?? 200) },
  )
}, 1_200_000)

/** A cell and what PostgreSQL shows of it. */
interface Cell {
  readonly cell: string
  readonly value: string | null
}

const two = (value: number) => String(value).padStart(2, '0')
const day = fc.date({
  min: new Date('0001-01-01'),
  max: new Date('9999-12-31'),
  noInvalidDate: true,
})
const iso = (date: Date) => date.toISOString().slice(0, 10)
const parts = (date: Date) => iso(date).split('-') as [string, string, string]
/** Tells days from months. */
const TELLING = new Date('2026-01-31')
const blanks = fc.constantFrom('', '', '', ' ', '\t', '  ')
const nothing = fc.constantFrom('', ' ', 'NULL', 'n/a', 'NaN', '\\N', '#N/A')
/** In a text, no word stands for nothing. */
const isNothing = (text: string) => text.replace(/^[ \t]+|[ \t]+$/g, '') === ''

/** Kinds of columns: the first cell tells the type, the others are any of it. */
const KINDS: Readonly<Record<string, { first: Cell; other: fc.Arbitrary<Cell> }>> = {
  integer: {
    first: { cell: '42', value: '42' },
    other: fc
      .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
      .map((value) => ({ cell: `${value}`, value: `${value}` })),
  },
  numeric: {
    first: { cell: '0.50', value: '0.50' },
    other: fc
      .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 9999 }))
      .map(([whole, part]) => `${whole}.${part}`)
      .map((text) => ({ cell: text, value: text })),
  },
  date: {
    first: { cell: '31/01/2026', value: iso(TELLING) },
    other: day.map((date) => {
      const [year, month, dayOf] = parts(date)
      return { cell: `${dayOf}/${month}/${year}`, value: iso(date) }
    }),
  },
  timestamp: {
    first: { cell: '1/31/2026 3:05 pm', value: `${iso(TELLING)} 15:05:00` },
    other: fc.tuple(day, fc.nat(23), fc.nat(59), fc.nat(59)).map(([date, hour, minute, second]) => {
      const [year, month, dayOf] = parts(date)
      const time = `${two(hour)}:${two(minute)}:${two(second)}`
      return { cell: `${month}/${dayOf}/${year} ${time}`, value: `${iso(date)} ${time}` }
    }),
  },
  boolean: {
    first: { cell: 'Yes', value: 'true' },
    other: fc
      .constantFrom('yes', 'NO', 'No', 'YES')
      .map((cell) => ({ cell, value: String(/yes/i.test(cell)) })),
  },
  uuid: {
    first: {
      cell: '0F8FAD5B-D9CB-469F-A165-70867728950E',
      value: '0f8fad5b-d9cb-469f-a165-70867728950e',
    },
    other: fc.uuid().map((uuid) => ({ cell: uuid.toUpperCase(), value: uuid })),
  },
  text: {
    first: { cell: 'a text', value: 'a text' },
    other: anyText.map((cell) => ({ cell, value: isNothing(cell) ? null : cell })),
  },
}

const typedColumn = fc.constantFrom(...Object.keys(KINDS)).chain((type) => {
  const { first, other } = KINDS[type] as (typeof KINDS)[string]
  const padded = fc.tuple(other, blanks, blanks).map(([{ cell, value }, before, behind]) => {
    const text = type === 'text' ? cell : before + cell + behind
    return { cell: text, value }
  })
  const missing = nothing.map((cell) => ({
    cell,
    value: type === 'text' && !isNothing(cell) ? cell : null,
  }))
  const cells = fc.array(fc.oneof({ weight: 4, arbitrary: padded }, missing), {
    minLength: 8,
    maxLength: 8,
  })
  return cells.map((others) => ({ type, cells: [first, ...others] }))
})

it('stores every value that its column says, and nothing else, where types are found', async () => {
  const columns = fc.array(typedColumn, { minLength: 2, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(columns, format, writing, async (given, anyForm, how) => {
      // A word for nothing is one as it stands: with a backslash in front of its own it is a text.
      const form = { ...anyForm, escape: 'doubled' as const }
      const names = given.map((_, index) => `name${index}`)
      const rows = Array.from({ length: 9 }, (_, row) => row)
      // Rows of blanks alone are listed.
      fc.pre(rows.every((row) => given.some(({ cells }) => cells[row]?.cell.trim())))
      const file = writeTable(
        [names, ...rows.map((row) => given.map(({ cells }) => cells[row]?.cell ?? ''))],
        form,
        how,
      )
      const loaded = await datasets.load(file, {
        dialect: { ...form, header: true, preambleLines: 0 },
      })
      expect(loaded.rejects).toEqual([])
      expect(loaded.types).toEqual(given.map(({ type }) => type))
      expect(await loaded.rows()).toEqual(
        rows.map((row) => given.map(({ cells }) => cells[row]?.value ?? null)),
      )
    }),
    { numRuns: 200 },
  )
}, 120_000)
