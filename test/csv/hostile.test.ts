import { describe, expect, it } from 'vitest'
import { detectDialect } from '../../src/csv/detect/dialect.ts'
import { detectEncoding, looksBinary } from '../../src/csv/detect/encoding.ts'
import { CsvParser } from '../../src/csv/parse/parser.ts'
import type { RowProblem } from '../../src/csv/parse/row-problems.ts'
import { createUtf8Converter } from '../../src/csv/parse/to-utf8.ts'
import { ColumnTypes } from '../../src/csv/types/column-types.ts'
import { readTable } from './read-table.ts'

const MIB = 1024 * 1024
/** Generous: it covers a row of 16 MiB, a copy while it grows, and the lists of cells. */
const MAX_BYTES = 96 * MIB
const MAX_MS = 20_000

/** An import detects the dialect by as much of a file. */
const SAMPLE_BYTES = 256 * 1024

/** Reads a file like an import does, and returns the number of rows per problem. */
function measure(file: Iterable<Buffer>, sample: Buffer) {
  const before = process.memoryUsage()
  const start = performance.now()
  const dialect = detectDialect(sample.subarray(0, SAMPLE_BYTES))
  const converter = createUtf8Converter(dialect)
  const parser = new CsvParser({ ...dialect, skipLines: dialect.preambleLines })
  const types = new ColumnTypes()
  const problems = new Map<RowProblem | undefined, number>()
  let most = 0
  const read = (bytes: Buffer, last: boolean) => {
    for (const batch of last ? parser.end() : parser.push(bytes)) {
      types.add(batch)
      for (let row = 0; row < batch.rows; row += 1) {
        const problem = batch.problem(row)
        problems.set(problem, (problems.get(problem) ?? 0) + 1)
      }
    }
    const { arrayBuffers, heapUsed } = process.memoryUsage()
    most = Math.max(most, arrayBuffers - before.arrayBuffers, heapUsed - before.heapUsed)
  }
  for (const chunk of file) read(converter.push(chunk), false)
  read(converter.end(), true)
  expect(most).toBeLessThan(MAX_BYTES)
  expect(performance.now() - start).toBeLessThan(MAX_MS)
  return Object.fromEntries(problems)
}

function* repeat(piece: Buffer, times: number, ...more: readonly string[]) {
  for (let count = 0; count < times; count += 1) yield piece
  for (const text of more) yield Buffer.from(text)
}

describe('a hostile file', () => {
  const rows = Buffer.from(Array.from({ length: 20_000 }, (_, id) => `${id},name ${id}\n`).join(''))
  const long = Buffer.alloc(MIB, 'x')

  it('with a line of 100 MB keeps all other rows', () => {
    const file = [...repeat(rows, 1), ...repeat(long, 100, '\n'), rows]
    expect(measure(file, rows)).toEqual({ undefined: 40_000, row_too_long: 1 })
  })

  it('with a line of 100 MB in quotes keeps all other rows', () => {
    const file = [rows, Buffer.from('1,"'), ...repeat(long, 100, '"\n'), rows]
    expect(measure(file, rows)).toEqual({ undefined: 40_000, row_too_long: 1 })
  })

  it('of one line of 100 MB is one row', () => {
    expect(measure(repeat(long, 100), long)).toEqual({ row_too_long: 1 })
  })

  it('with 10,000 columns has rows that are too long for a table', () => {
    const wide = Buffer.from(
      `${Array.from({ length: 10_000 }, (_, id) => id).join()}\n`.repeat(200),
    )
    expect(measure(repeat(wide, 1), wide)).toEqual({ too_many_columns: 200 })
  })

  it.each([
    ['at the start', 0],
    ['in the middle', 50],
    ['at the end', 100],
  ])('with a quote that is never closed %s loses one row', (_, place) => {
    const file = [...repeat(rows, place, '7,"seven\n'), ...repeat(rows, 100 - place)]
    expect(measure(file, rows)).toEqual({ undefined: 2_000_000, quote_not_closed: 1 })
  })

  it('of line ends alone has no rows', () => {
    const ends = Buffer.from('\n\r\n\r'.repeat(MIB / 4))
    expect(measure(repeat(ends, 20), ends)).toEqual({})
  })

  it('of NUL alone is read, and is binary', () => {
    const nul = Buffer.alloc(MIB)
    measure(repeat(nul, 40), nul.subarray(0, 65_536))
    expect(looksBinary(nul)).toBe(true)
  })

  it('of quotes alone is read', () => {
    const quotes = Buffer.alloc(MIB, '"')
    measure(repeat(quotes, 40), quotes.subarray(0, 65_536))
  })

  it('of brackets is not parsed as deeply nested JSON', () => {
    const line = Buffer.from(`${'['.repeat(50_000)},${'{"a":'.repeat(10_000)}\n`)
    expect(measure(repeat(line, 100), line)).toEqual({ undefined: 100 })
  })
})

it('a sample of many short lines is only partly tried in every dialect', () => {
  const lines = Buffer.from(`a,b\n${'1,2\n'.repeat(65_000)}end\n`)
  const start = performance.now()
  expect(detectDialect(lines, {}, true)).toMatchObject({
    delimiter: ',',
    columns: 2,
    footerLines: 1,
    names: ['a', 'b'],
  })
  expect(performance.now() - start).toBeLessThan(MAX_MS / 4)
})

it('a sample whose lines change their width above a wide table takes little time', () => {
  const names = Array.from({ length: 300 }, (_, index) => `n${index}`).join(',')
  const above = Array.from({ length: 60 }, (_, index) => (index % 2 ? names : 'k,v'))
  const below = Array.from({ length: 300 }, () => '5,'.repeat(299).concat('5'))
  const start = performance.now()
  detectDialect(Buffer.from([...above, ...below].join('\n')), {}, true)
  expect(performance.now() - start).toBeLessThan(MAX_MS / 4)
})

describe('a tiny file', () => {
  it.each([
    ['nothing', '', { columns: 0, header: false, headerLines: 0 }, []],
    ['a byte order mark', '\ufeff', { columns: 0, bomBytes: 3 }, []],
    ['a letter', 'a', { columns: 1 }, []],
    ['a digit', '1', { columns: 1, header: false }, [['1']]],
    ['a quote', '"', { columns: 1, header: false }, [['"']]],
    ['a delimiter', ',', { columns: 2, header: false }, [['', '']]],
    ['a line end', '\n', { columns: 0, lineEndsSeen: 'none' }, []],
    ['a NUL', '\0', { columns: 1, header: false }, [['\0']]],
    ['a header', 'id,name\n', { columns: 2, header: true, names: ['id', 'name'] }, []],
    [
      'a header and a mark',
      '\ufeffid;name',
      { columns: 2, names: ['id', 'name'], bomBytes: 3 },
      [],
    ],
  ])('of %s is read', (_, text, expected, rows) => {
    const table = readTable(Buffer.from(text))
    expect(table.dialect).toMatchObject(expected)
    expect(table.rows.map((row) => row.cells)).toEqual(rows)
  })
})

describe('a binary file', () => {
  const head = (...bytes: readonly number[]) =>
    Buffer.concat([Buffer.from(bytes), Buffer.from('\0\0\0\u0001some bytes\0\0\0', 'latin1')])

  it.each([
    ['PNG', head(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)],
    ['JPEG', head(0xff, 0xd8, 0xff, 0xe0)],
    ['GIF', Buffer.concat([Buffer.from('GIF89a'), head(0x10, 0x00)])],
    ['PDF', Buffer.from('%PDF-1.7\n1 0 obj\n')],
    ['ZIP and XLSX', head(0x50, 0x4b, 0x03, 0x04, 0x14, 0x00)],
    ['gzip', head(0x1f, 0x8b, 0x08)],
    ['ELF', head(0x7f, 0x45, 0x4c, 0x46, 0x02)],
    ['SQLite', Buffer.from('SQLite format 3\0\u0010\0')],
    ['Parquet', Buffer.from('PAR1\u0015\u0004\u0015')],
    ['NUL alone', Buffer.alloc(1)],
    ['noise', Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 167 + 13) % 256))],
  ])('is recognised by its first bytes: %s', (_, bytes) => {
    expect(looksBinary(bytes)).toBe(true)
    expect(looksBinary(Buffer.concat([bytes, Buffer.alloc(100_000)]))).toBe(true)
    expect(() => detectDialect(bytes, {}, true)).not.toThrow()
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['names that look like magic numbers', Buffer.from('PK,PAR1,GIF8\n1,2,3\n')],
    ['a NUL in a cell', Buffer.from('id,name\n1,a\0b\n')],
    ['an escape sequence', Buffer.from('id,name\n1,\u001b[1mBob\u001b[0m\n')],
    ['Windows-1252', Buffer.from('id,name\n1,Jürgen\n', 'latin1')],
    ['UTF-16', Buffer.from('\ufeffid,name\n1,Bob\n', 'utf16le')],
    ['UTF-16 without a mark', Buffer.from('id,name\n1,Bob\n', 'utf16le').swap16()],
  ])('is not any of: %s', (_, bytes) => {
    expect(looksBinary(bytes)).toBe(false)
  })

  it('may be UTF-16 that only the caller can identify', () => {
    const bytes = Buffer.from('号号号，名名名'.repeat(20), 'utf16le')
    bytes[7] = 0
    expect(detectEncoding(bytes, true).encoding).not.toBe('utf-16le')
    expect(looksBinary(bytes, 'utf-16le')).toBe(false)
    const lines = Buffer.from('号号号,名名名\n'.repeat(20), 'utf16le')
    expect(detectEncoding(lines, true).encoding).toBe('utf-16le')
  })
})
