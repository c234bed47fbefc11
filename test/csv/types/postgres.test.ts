import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCanonical, writeYearFirst } from '../../../src/csv/types/canonical.ts'
import { ANY_KIND, KIND } from '../../../src/csv/types/cell-kinds.ts'
import { classify } from '../../../src/csv/types/classify.ts'
import { type ColumnType, type Decision, decide } from '../../../src/csv/types/decide.ts'
import { PLAIN_NUMBERS } from '../../../src/csv/types/number-format.ts'
import { createTestDatabase, type TestDatabase } from '../../setup/database.ts'

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  integer: 'bigint',
  numeric: 'numeric',
  boolean: 'boolean',
  uuid: 'uuid',
  json: 'json',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  text: 'text',
}

/** Every type that a cell fits, and how it would be read. */
function decisions(kinds: number): Decision[] {
  const bits = Array.from({ length: 18 }, (_, bit) => 2 << bit).filter((bit) => bit & ANY_KIND)
  return bits
    .filter((bit) => kinds & bit)
    .map((bit) => {
      // Letters, and 0 and 1, are boolean in a declared column.
      const isBoolean = (bit & (KIND.tF | KIND.yN | KIND.zeroOne)) !== 0
      const decision = decide(bit, bit, { decimalPoint: true })
      return isBoolean ? { type: 'boolean', kind: bit, ambiguous: false } : decision
    })
}

const kindsOf = (text: string): number => {
  const bytes = Buffer.from(text)
  return classify(bytes, 0, bytes.length, ANY_KIND)
}

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

/** The values as parsed by the server, as text in UTC; one cast per value. */
async function readByServer(type: ColumnType, texts: readonly string[]): Promise<string[]> {
  const rows = await database.query<{ value: string }>(
    `SELECT text::${SQL_TYPES[type]}::text AS value
       FROM set_config('TimeZone', 'UTC', true), unnest($1::text[]) WITH ORDINALITY AS cell(text, place)
      ORDER BY place`,
    [texts],
  )
  return rows.map((row) => row.value)
}

const canonical = createCanonical(PLAIN_NUMBERS)

const AS_IS = [
  '0',
  '1',
  '-0',
  '42',
  '-9223372036854775808',
  '9223372036854775807',
  '0.50',
  '-.5',
  '1.5e-7',
  '12345678901234567890.25',
  '2.5E300',
  '1.5e-300',
  'true',
  'FALSE',
  't',
  'F',
  'Yes',
  'nO',
  'y',
  'N',
  'tRuE',
  '2026-01-31',
  '2024-02-29',
  '0001-01-01',
  '9999-12-31',
  '2026-01-31 10:15',
  '2026-01-31T10:15:59',
  '2026-01-31 23:59:59.123456',
  '0001-01-01 00:00',
  '2026-01-31T10:15:00Z',
  '2026-01-31 10:15:00z',
  '2026-01-31 10:15:00.5+05:30',
  '2026-01-31 10:15+0530',
  '2026-01-31 10:15 -08',
  '2026-01-31 10:15:59+15:59',
  '2026-01-31T10:15 Z',
  '0F8FAD5B-d9cb-469f-a165-70867728950e',
  'aaaaaaaa-d9cb-469f-a165-70867728950e',
  '{}',
  '[1, 2.50, "é"]',
  '{"a": "\\u0000", "b": "\\ud800"}',
  '[1e400]',
  '{ "a":\t1 }',
]

describe('a cell that is passed on unchanged', () => {
  it.each(AS_IS)('is read by PostgreSQL as the detected value: %s', async (text) => {
    const kinds = kindsOf(text)
    expect(kinds & KIND.asIs).toBe(KIND.asIs)
    const fitting = decisions(kinds)
    expect(fitting.length).toBeGreaterThan(0)
    for (const decision of fitting) {
      const [unchanged, written] = await readByServer(decision.type, [
        text,
        canonical(decision, text),
      ])
      expect(unchanged).toBe(written)
    }
  })

  it('may have blanks around it unless it is a UUID', async () => {
    for (const text of AS_IS) {
      for (const { type } of decisions(kindsOf(text))) {
        if (type === 'uuid' || type === 'json') continue
        const [bare, blanks] = await readByServer(type, [text, ` \t${text}\t `])
        expect(blanks).toBe(bare)
      }
    }
    await expect(readByServer('uuid', [' 0f8fad5b-d9cb-469f-a165-70867728950e'])).rejects.toThrow()
  })
})

const [dmy, mdy, ymd] = ['dmy', 'mdy', 'ymd'] as const

describe('a cell that is rewritten', () => {
  it.each([
    ['31/01/2026', 'date', dmy, '2026-01-31', '2026-01-31'],
    ['1.2.2026', 'date', dmy, '2026-02-01', '2026-02-01'],
    ['1-2-2026', 'date', mdy, '2026-01-02', '2026-01-02'],
    ['2026/01/31', 'date', ymd, '2026-01-31', '2026-01-31'],
    ['2026.01.31', 'date', ymd, '2026-01-31', '2026-01-31'],
    ['1/31/2026 3:05 PM', 'timestamp', mdy, '2026-01-31 15:05:00', '2026-01-31 15:05:00'],
    ['1/31/2026 12:05:09 am', 'timestamp', mdy, '2026-01-31 00:05:09', '2026-01-31 00:05:09'],
    ['31.1.2026 12:05pm', 'timestamp', dmy, '2026-01-31 12:05:00', '2026-01-31 12:05:00'],
    ['2026-01-31 1:05\u202fAM', 'timestamp', ymd, '2026-01-31 01:05:00', '2026-01-31 01:05:00'],
    ['2026-01-31 9:05', 'timestamp', ymd, '2026-01-31 09:05:00', '2026-01-31 09:05:00'],
    [
      '31/01/2026T10:15:00.250',
      'timestamp',
      dmy,
      '2026-01-31 10:15:00.250',
      '2026-01-31 10:15:00.25',
    ],
    [
      '31/01/2026 10:15Z',
      'timestamptz',
      dmy,
      '2026-01-31 10:15:00+00:00',
      '2026-01-31 10:15:00+00',
    ],
    [
      '1/31/2026 10:15 +0530',
      'timestamptz',
      mdy,
      '2026-01-31 10:15:00+05:30',
      '2026-01-31 04:45:00+00',
    ],
    [
      '1/31/2026 10:15-08',
      'timestamptz',
      mdy,
      '2026-01-31 10:15:00-08:00',
      '2026-01-31 18:15:00+00',
    ],
  ] as const)('%s as a %s of %s is %s', async (text, type, order, written, read) => {
    const kinds = kindsOf(text)
    expect(kinds & KIND.asIs).toBe(0)
    const decision = decisions(kinds).find((one) => one.type === type && one.order === order)
    expect(canonical(decision as Decision, text)).toBe(written)
    const out = Buffer.alloc(64)
    const length = writeYearFirst(Buffer.from(text), 0, Buffer.byteLength(text), order, out)
    const yearFirst = length > 0 ? [out.toString('utf8', 0, length)] : []
    expect(new Set(await readByServer(type, [written, ...yearFirst]))).toEqual(new Set([read]))
  })

  it.each([
    ['integer', ' 42 ', '42'],
    ['numeric', '-.50', '-.50'],
    ['boolean', 'Y', 'true'],
    ['boolean', 'No', 'false'],
    ['boolean', '1', 'true'],
    ['timestamptz', '2026-01-31T10:15:00.5+05', '2026-01-31 10:15:00.5+05:00'],
    ['uuid', '0F8FAD5B-D9CB-469F-A165-70867728950E', '0f8fad5b-d9cb-469f-a165-70867728950e'],
    ['json', '{ "b": 1,  "a": 2.0 }', '{ "b": 1,  "a": 2.0 }'],
    ['text', ' as it is ', ' as it is '],
  ] as const)('as %s: %j is %j', (type, text, written) => {
    const order = type === 'timestamptz' ? ({ order: 'ymd' } as const) : {}
    expect(canonical({ type, kind: 0, ambiguous: false, ...order }, text)).toBe(written)
  })
})
