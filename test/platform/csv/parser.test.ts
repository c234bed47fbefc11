import { describe, expect, it } from 'vitest'
import { cells, parse, read } from './read.ts'

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

  it('keep empty lines where they are wanted', () => {
    expect(cells('a\n\nb\n', { skipEmptyLines: false })).toEqual([['a'], [''], ['b']])
  })

  it('keep an empty quoted cell, which is no empty line', () => {
    expect(cells('a\n""\nb\n')).toEqual([['a'], [''], ['b']])
  })

  it('know their lines and bytes', () => {
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

  it('are malformed where a cell goes on behind its closing quote', () => {
    const rows = read('"a"b,c\n"a" ,c\n"a",c\n')
    expect(rows.map((row) => row.malformed)).toEqual([true, true, false])
    expect(rows[0]?.cells).toEqual(['"a"b', 'c'])
  })

  it('begin behind the lines that are left out, and count them', () => {
    const rows = read('Report "x\r\n\r\na,b\n', { skipLines: 2 })
    expect(rows).toMatchObject([{ line: 3, cells: ['a', 'b'] }])
    expect(read('a\n', { skipLines: 5 })).toEqual([])
  })
})

describe('a format', () => {
  it('has other delimiters and quotes', () => {
    const text = "'a;''b''';c\n"
    expect(cells(text, { delimiter: ';', quote: "'" })).toEqual([["a;'b'", 'c']])
    expect(cells('"a"|b\n', { delimiter: '|', quote: null })).toEqual([['"a"', 'b']])
  })

  it('escapes with a backslash', () => {
    const text = '"a \\"b\\" \\\\","c""d","\\n"\n'
    expect(cells(text, { escape: 'backslash' })).toEqual([['a "b" \\', 'c"d', '\\n']])
  })

  it.each([
    ['lf', 'a\rb,c\r\nd\n', [['a\rb', 'c\r'], ['d']]],
    ['crlf', 'a\nb\rc,"d"\r\ne\r\n', [['a\nb\rc', 'd'], ['e']]],
    ['cr', 'a\nb\rc\r', [['a\nb'], ['c']]],
  ] as const)('ends lines with %s alone', (lineEnd, text, expected) => {
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

describe('hostile bytes', () => {
  it('with a quote that never closes are refused by its line', () => {
    expect(() => read('a,b\n1,2\n3,"4\n5,6\n')).toThrow(
      expect.objectContaining({ code: 'quote_not_closed', line: 3 }),
    )
  })

  it('with a longer row than allowed are refused by its line, and the rows before it are read', () => {
    const lines: number[] = []
    const rows = ['a,b\n', `${'x'.repeat(101)}\n`].map((text) => Buffer.from(text))
    expect(() =>
      parse(rows, { maxRowBytes: 100 }, (batch) => lines.push(batch.line[0] ?? 0)),
    ).toThrow(expect.objectContaining({ code: 'row_too_long', line: 2 }))
    expect(lines).toEqual([1])
    expect(read(`${'x'.repeat(100)}\r\n`, { maxRowBytes: 100 })).toHaveLength(1)
  })

  it('of one endless line end at the limit', () => {
    let taken = 0
    function* endless() {
      for (;;) {
        taken += 1
        yield Buffer.alloc(1024 * 1024, 'x')
      }
    }
    expect(() => parse(endless(), undefined, () => undefined)).toThrow(
      expect.objectContaining({ code: 'row_too_long', line: 1 }),
    )
    expect(taken).toBe(17)
  })

  it('with too many columns are refused by the line', () => {
    expect(cells(`a\n${','.repeat(1_599)}\n`)[1]).toHaveLength(1_600)
    expect(() => read(`a\n${','.repeat(10_000)}\n`)).toThrow(
      expect.objectContaining({ code: 'too_many_columns', line: 2 }),
    )
    expect(cells(`${','.repeat(9_999)}\n`, { maxColumns: 10_000 })[0]).toHaveLength(10_000)
  })
})
