import { describe, expect, it } from 'vitest'
import type { ParserOptions } from '../../../src/csv/parse/parser.ts'
import { cells, parse, read } from '../read.ts'

describe('rows', () => {
  it.each([
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r\n1,2\r3,4\n5,6',
      [
        ['a', 'b'],
        ['1', '2'],
        ['3', '4'],
        ['5', '6'],
      ],
    ],
    ['"x, y",2\n', [['x, y', '2']]],
    ['"a ""b"" c",""""\n', [['a "b" c', '"']]],
    ['"line\nline\r\nline",x\n', [['line\nline\r\nline', 'x']]],
    [
      ',\n,,\n',
      [
        ['', ''],
        ['', '', ''],
      ],
    ],
    ['a,', [['a', '']]],
    ['""', [['']]],
    ['"",""\n', [['', '']]],
    ['a\n\n\r\nb\n', [['a'], ['b']]],
    ['{"k": 1},"{""k"": ""v""}"\n', [['{"k": 1}', '{"k": "v"}']]],
    ['a b", c"d\n', [['a b"', ' c"d']]],
    ['é,😀\n', [['é', '😀']]],
    ['a\0b,\0\n', [['a\0b', '\0']]],
    ['', []],
    ['\n\n', []],
  ])('of %j', (text, expected) => {
    expect(cells(text)).toEqual(expected)
  })

  it('keep empty lines on request', () => {
    expect(cells('a\n\nb\n', { skipEmptyLines: false })).toEqual([['a'], [''], ['b']])
  })

  it('keep an empty quoted cell, which is not an empty line', () => {
    expect(cells('a\n""\nb\n')).toEqual([['a'], [''], ['b']])
  })

  it('have their line numbers and byte offsets', () => {
    const text = 'a,é\r\n\r\n"x\ny\r\nz",1\n2,3'
    const rows = read(text)
    expect(rows.map((row) => row.line)).toEqual([1, 3, 6])
    const bytes = Buffer.from(text)
    expect(rows.map(({ from, to }) => bytes.toString('utf8', from, to))).toEqual([
      'a,é\r\n',
      '"x\ny\r\nz",1\n',
      '2,3',
    ])
  })

  it('are malformed if a cell continues after its closing quote', () => {
    const rows = read('"a"b,c\n"a" ,c\n"a",c\n')
    expect(rows.map((row) => row.problem)).toEqual([
      'malformed_quote',
      'malformed_quote',
      undefined,
    ])
    expect(rows[0]?.cells).toEqual(['"a"b', 'c'])
  })

  it('begin after the skipped lines, which count as lines', () => {
    const rows = read('Report "x\r\n\r\na,b\n', { skipLines: 2 })
    expect(rows).toMatchObject([{ line: 3, cells: ['a', 'b'] }])
    expect(read('a\n', { skipLines: 5 })).toEqual([])
  })
})

describe('a format', () => {
  it('can have other delimiters and quotes', () => {
    const text = "'a;''b''';c\n"
    expect(cells(text, { delimiter: ';', quote: "'" })).toEqual([["a;'b'", 'c']])
    expect(cells('"a"|b\n', { delimiter: '|', quote: null })).toEqual([['"a"', 'b']])
  })

  it('can escape with a backslash', () => {
    const text = '"a \\"b\\" \\\\","c""d","\\n"\n'
    expect(cells(text, { escape: 'backslash' })).toEqual([['a "b" \\', 'c"d', '\\n']])
  })

  it.each([
    ['lf', 'a\rb,c\r\nd\n', [['a\rb', 'c\r'], ['d']]],
    ['crlf', 'a\nb\rc,"d"\r\ne\r\n', [['a\nb\rc', 'd'], ['e']]],
    ['cr', 'a\nb\rc\r', [['a\nb'], ['c']]],
  ] as const)('can end lines only with %s', (lineEnd, text, expected) => {
    expect(cells(text, { lineEnd })).toEqual(expected)
  })

  it.each([
    [{ delimiter: '' }],
    [{ delimiter: 'ab' }],
    [{ delimiter: '\n' }],
    [{ delimiter: '§' }],
    [{ quote: ',' }],
  ])('is refused as %j', (format) => {
    expect(() => cells('a', format)).toThrow(expect.objectContaining({ code: 'invalid_dialect' }))
  })
})

describe('a row with a problem', () => {
  const shown = (text: string, options?: ParserOptions) =>
    read(text, options).map(({ line, problem, cells }) => [line, problem, cells])

  it.each([
    ['a,"b\nc,d\ne,f\n', [1, 'quote_not_closed', ['a', '"b']]],
    ['"a\nc,d\ne,f\n', [1, 'quote_not_closed', ['"a']]],
    ['"a"x,b,"c\r\nc,d\ne,f\n', [1, 'quote_not_closed', ['"a"x', 'b', '"c']]],
    ['"a\nb",c,"d\n"", e\ne,f\n', [1, 'quote_not_closed', ['"a']]],
  ])('whose quote is never closed is one line: %j', (text, first) => {
    const [row, ...others] = shown(text)
    expect(row).toEqual(first)
    expect(others.at(-1)).toMatchObject([expect.any(Number), undefined, ['e', 'f']])
  })

  it('whose quote is never closed can be the last line, with or without a line end', () => {
    const last = [2, 'quote_not_closed', ['b', '"c']]
    expect(shown('a,b\nb,"c')).toEqual([[1, undefined, ['a', 'b']], last])
    expect(shown('a,b\nb,"c\n')).toEqual([[1, undefined, ['a', 'b']], last])
  })

  it('whose quote is not closed within the longest allowed row is one line', () => {
    const others = Array.from({ length: 50_000 }, (_, index) => [String(index), 'x'])
    const text = `1,"2\n${others.map((row) => row.join()).join('\n')}`
    const [first, ...rows] = read(text, { maxRowBytes: 300_000 })
    expect(first).toMatchObject({ line: 1, problem: 'quote_not_closed', cells: ['1', '"2'] })
    expect(rows.map((row) => row.cells)).toEqual(others)
    expect(rows.every((row, index) => row.line === index + 2 && !row.problem)).toBe(true)
  })

  it('that is too long keeps the start of its line, and the next line is read', () => {
    const text = `a,b\n1,é${'x'.repeat(200)},2\r\nc,d\n`
    expect(read(text, { maxRowBytes: 100 })).toMatchObject([
      { line: 1 },
      { line: 2, problem: 'row_too_long', cells: ['1', `é${'x'.repeat(96)}`] },
      { line: 3, problem: undefined, cells: ['c', 'd'] },
    ])
    expect(read(`${'x'.repeat(100)}\r\n`, { maxRowBytes: 100 })).toMatchObject([
      { problem: undefined },
    ])
    const [cut] = read(`${'é'.repeat(100_000)}\n`, { maxRowBytes: 100_001 })
    expect(cut).toMatchObject({ from: 0, to: 65_536, cells: ['é'.repeat(32_768)] })
    expect(read(`x${'é'.repeat(50_000)}\n`, { maxRowBytes: 90_000 })[0]?.to).toBe(65_535)
  })

  it('with too many columns loses the extra cells, but keeps all its bytes', () => {
    expect(cells(`a\n${','.repeat(1_599)}\n`)[1]).toHaveLength(1_600)
    const [, row, next] = read(`a\n${','.repeat(10_000)}\nb\n`)
    expect(row).toMatchObject({ line: 2, problem: 'too_many_columns', from: 2, to: 10_003 })
    expect(row?.cells).toHaveLength(1_600)
    expect(next).toMatchObject({ line: 3, problem: undefined, cells: ['b'] })
    expect(read(',\n', { maxColumns: 1 })).toMatchObject([{ problem: 'too_many_columns' }])
    expect(cells(`${','.repeat(9_999)}\n`, { maxColumns: 10_000 })[0]).toHaveLength(10_000)
  })

  it('is marked in its batch', () => {
    const seen: [boolean, number[]][] = []
    const chunks = ['a\n', '"b"c\nd\n'].map((text) => Buffer.from(text))
    parse(chunks, undefined, (batch) =>
      seen.push([batch.anyProblem, [...batch.problems.subarray(0, batch.rows)]]),
    )
    expect(seen).toEqual([
      [false, [0]],
      [true, [1, 0]],
    ])
  })
})

describe('hostile bytes', () => {
  it('with many unclosed quotes are refused at the 101st', () => {
    const line = `"${'x'.repeat(30)}\n`
    const rows: number[] = []
    const run = () =>
      parse([Buffer.from(`${line}${'y\n'.repeat(40)}`.repeat(200))], { maxRowBytes: 80 }, (batch) =>
        rows.push(...batch.line.subarray(0, batch.rows)),
      )
    expect(run).toThrow(expect.objectContaining({ code: 'quote_not_closed', line: 4_101 }))
    expect(rows).toHaveLength(4_100)
  })

  it('of one endless line are one row, in bounded memory', () => {
    const piece = Buffer.alloc(1024 * 1024, 'x')
    function* pieces() {
      for (let count = 0; count < 500; count += 1) yield piece
      yield Buffer.from('\nlast\n')
    }
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    const seen: unknown[] = []
    parse(pieces(), undefined, (batch) => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
      for (let row = 0; row < batch.rows; row += 1) {
        seen.push([batch.line[row], batch.problem(row), batch.raw(row).length])
      }
    })
    expect(seen).toEqual([
      [1, 'row_too_long', 65_536],
      [2, undefined, 5],
    ])
    expect(most).toBeLessThan(64 * 1024 * 1024)
  })
})
