import { describe, expect, it } from 'vitest'
import { type Dialect, detectDialect, type GivenDialect } from '../../../src/csv/detect/dialect.ts'

const detect = (text: string, given?: GivenDialect) => detectDialect(Buffer.from(text), given, true)

describe('a dialect', () => {
  it.each([
    ['a,b,c\n1,2,3\n', { delimiter: ',', columns: 3, lineEndsSeen: 'lf' }],
    ['a;b\r\n1,5;2,5\r\n3,5;4,5\r\n', { delimiter: ';', columns: 2, lineEndsSeen: 'crlf' }],
    ['1,5;2,5\n3,5;4,5\n', { delimiter: ';', columns: 2, header: false }],
    ['a\tb\r"x\ty"\t2\r', { delimiter: '\t', columns: 2, lineEndsSeen: 'cr' }],
    ['a|b\n1|2\r\n', { delimiter: '|', lineEndsSeen: 'mixed' }],
    ['root:x:0\nbin:x:1\n', { delimiter: ':', columns: 3, header: false }],
    ['a^b\n1^2\n', { delimiter: '^' }],
    ['a\u0001b\n1\u00012\n', { delimiter: '\u0001' }],
    ['a\u001fb\n1\u001f2\n', { delimiter: '\u001f' }],
    ['a~b\n1~2\n', { delimiter: '~' }],
    ['time,x\n10:15:00,1\n10:16:00,2\n', { delimiter: ',', columns: 2 }],
    ['name\nBob\nJim, the second\n', { columns: 1 }],
    ['a,b,c\n1,2,3\n4,5\n6,7,8\n9,10,11,12\n1,2,3\n', { columns: 3, raggedRows: 2 }],
    ['text\nHello, my friend\nWell, this is it\nNo commas here\n', { columns: 1 }],
    ["'a','b'\n'x, y','2'\n", { quote: "'", columns: 2 }],
    ["who,what\nJim,'s-Hertogenbosch\nBob,'t Gooi\n", { quote: '"', columns: 2 }],
    ['a,b\n"x \\"q\\" y",2\n', { escape: 'backslash', columns: 2 }],
    ['a,b\n"x ""q"" y","C:\\"\n', { escape: 'doubled', columns: 2 }],
    ['a,b\n"x\ny, z",2\n"z",3\n', { columns: 2, raggedRows: 0 }],
    ['', { columns: 0, header: false, lineEndsSeen: 'none' }],
  ])('is detected in %j', (text, expected) => {
    expect(detect(text)).toMatchObject(expected)
  })

  it.each<[string, GivenDialect, Partial<Dialect>]>([
    [
      'a,b;c\n"1,2;3"\n',
      { delimiter: ';', quote: null, lineEnd: 'lf', header: false },
      { columns: 2 },
    ],
    ['a b\n1 2\n', { delimiter: ' ' }, { columns: 2, names: ['a', 'b'] }],
    ['a#b\n`1#2`#3\n', { delimiter: '#', quote: '`' }, { columns: 2 }],
    ['a,b\n"1\\"",2\n', { escape: 'backslash' }, { columns: 2 }],
    ['a\rb,c\n1,2\n', { lineEnd: 'lf' }, { columns: 2, names: ['a\rb', 'c'] }],
    ['x\na,b\n1,2\n', { preambleLines: 1 }, { names: ['a', 'b'] }],
    ['x,y\na,b\n1,2\n', { preambleLines: 0, header: true }, { names: ['x', 'y'] }],
    ['a,b\n1,2\nend,3\n', { footerLines: 1 }, { columns: 2, raggedRows: 0 }],
    ['a,b\n1,2\nsum\n', { footerLines: 0 }, { columns: 2, raggedRows: 1 }],
    ['ä,b\n1,2\n', { encoding: 'windows-1252' }, { names: ['Ã¤', 'b'] }],
    ['1,2\n3,4\n', { header: true }, { names: ['1', '2'], headerLines: 1 }],
    ['a,b\n1,2\n', { header: false }, { names: [], headerLines: 0 }],
  ])('uses what is given instead of detecting it: %j, %j', (text, given, found) => {
    expect(detect(text, given)).toMatchObject({ ...given, ...found })
  })

  it('ignores the row at which a sample is cut', () => {
    const sample = Buffer.from('a,b\n1,2\n3')
    expect(detectDialect(sample)).toMatchObject({ columns: 2, raggedRows: 0, footerLines: 0 })
  })
})

describe('a quote that is never closed', () => {
  const rows = Array.from({ length: 40 }, (_, id) => `${id};it's ${id};2,5`).join('\n')
  it.each([
    ['at the start', `"id;name;x\n${rows}\n`],
    ['in the middle', `id;name;x\n${rows}\n7;"seven;7\n${rows}\n`],
    ['at the end', `id;name;x\n${rows}\n7;"seven;7`],
  ])('%s hides nothing else, neither in a whole file nor in a sample', (_, text) => {
    for (const whole of [true, false]) {
      expect(detectDialect(Buffer.from(text), {}, whole)).toMatchObject({
        delimiter: ';',
        quote: '"',
        columns: 3,
        header: true,
      })
    }
  })
})

describe('the layout', () => {
  it('has a preamble and a footer', () => {
    const text = 'Sales\nmade in 2026\n\nid,name,amount\n1,Bob,2.5\n2,Jim,3\n\nTotal: 2\n'
    expect(detect(text)).toMatchObject({
      preambleLines: 3,
      footerLines: 1,
      header: true,
      names: ['id', 'name', 'amount'],
      raggedRows: 0,
    })
  })

  const body = 'id,name,amount,day\n1,Bob,2.5,2026-01-01\n2,Jim,3,2026-01-02\n3,Ann,3,2026-01-02\n'
  it.each([
    ['few cells', 'Report, by X\n\n', 2],
    ['many cells', 'Report, by X\nFilters: a, b, c\n\n', 3],
    ['comments', '# of: a, b, c\n#\n# more, of it, again, and again\n', 3],
    ['a bank', 'Account of\nIBAN,XX00,of,somebody,else\nFrom,to,now\n\n', 4],
    ['nothing', '', 0],
    ['a header with a comment sign', '#', 0],
  ])('has a preamble of %s', (_, preamble, preambleLines) => {
    expect(detect(`${preamble}${body}`)).toMatchObject({ preambleLines, header: true, columns: 4 })
  })

  it('has a preamble above a table with a total', () => {
    const text = 'IBAN;XX00\nPeriod;2026\n\nDate;Payee;Amount\n2026-01-01;Bob;1,50\n'
    const more = '2026-01-02;Ann;2,50\n2026-01-03;Tom;3,50\nTotal;;7,50\n'
    expect(detect(text + more)).toMatchObject({
      preambleLines: 3,
      names: ['Date', 'Payee', 'Amount'],
    })
  })

  it.each([
    ['1,Bob\n2,Jim,3,x\n3,Ann,3,y\n4,Tom,3,z\n'],
    ['Bob,York\nJim,Bath,x,y\nAnn,Hull,x,z\nTom,Ely,a,b\n'],
    ['a,b,c\nBob,York,x,y\nJim,Bath,1,2\nAnn,Hull,x,z\n'],
  ])('does not take short first rows for a preamble: %j', (text) => {
    expect(detect(text)).toMatchObject({ preambleLines: 0, raggedRows: 1 })
  })

  it.each([
    ['sep=;\na;b,c\n1;2,3\n', ';'],
    ['"sep=|"\r\na|b\r\n1|2\r\n', '|'],
    ['SEP=\t\na\tb\n1\t2\n', '\t'],
  ])('begins below a line that declares the delimiter: %j', (text, delimiter) => {
    expect(detect(text)).toMatchObject({ delimiter, preambleLines: 1, columns: 2, header: true })
  })

  it('has no preamble if no header follows, so that no row is lost', () => {
    expect(detect('7\n1,Bob,2.5\n2,Jim,3\n3,Ann,4\n')).toMatchObject({
      preambleLines: 0,
      header: false,
      raggedRows: 1,
    })
  })

  it.each([
    ['id,name\n1,Bob\n', true],
    ['1,Bob\n2,Jim\n', false],
    ['name,town\nBob,York\nJim,Bath\n', true],
    ['Bob,York\nJim,Bath\nBob,Hull\n', false],
    ['name,2020,2021\nBob,1,2\n', true],
    ['Bob,2020,3.5\nJim,2021,4\n', false],
    ['no,t\n1,2\n', true],
    ['select,from,select,\n1,2,3,4\n', true],
  ])('of %j has a header: %s', (text, header) => {
    expect(detect(text).header).toBe(header)
  })

  it.each([
    ['item,amount,price\n,EUR,USD\na,1,2.5\nb,2,3.5\nc,3,4\n', ['item', 'amount EUR', 'price USD']],
    ['item,amount\n,EUR\na,1\nb,2\nc,3\n', ['item', 'amount EUR']],
    ['a,b\nfirst,second\n1,2\n3,4\n5,6\n', ['a first', 'b second']],
  ])('has a header of two rows in %j', (text, names) => {
    expect(detect(text)).toMatchObject({ headerLines: 2, header: true, names, raggedRows: 0 })
  })

  it.each([
    ['a value that is unknown', 'name,amount\nBob,unknown\nJim,5\nAnn,6\nTom,7\n'],
    ['a repeated value', 'item,amount,price\n,n.a.,n.a.\na,1,n.a.\nb,2,3\nc,3,4\n'],
    ['a repeated row', 'a,b,c\n,x,y\n1,2,3\n,x,y\n4,5,6\n7,8,9\n'],
    ['a value that fits', 'id,amount,price\n0,EUR,USD\n1,1,2.5\n2,2,3.5\n3,3,4\n'],
    ['a null', 'id,amount\nNULL,N/A\n1,1\n2,2\n3,3\n'],
    ['text above text', 'name,town\nBob,York\nJim,Bath\nAnn,Hull\nTom,Ely\n'],
    ['too few rows below', 'a,b\nfirst,second\n1,2\n3,4\n'],
  ])('has a header of one row above %s', (_, text) => {
    expect(detect(text)).toMatchObject({ headerLines: 1, header: true })
  })

  it('counts empty columns and ragged rows, and knows a header that repeats', () => {
    expect(detect('id,name,,\n1,Bob,,\nid,name,,\n2,Jim,,\n3\n4,Ann,,\n')).toMatchObject({
      columns: 4,
      trailingEmptyColumns: 2,
      headerRepeats: true,
      raggedRows: 1,
    })
  })
})

describe('an encoding', () => {
  const text = 'name,town\r\nJürgen,Köln\r\n'
  it.each([
    ['utf-8', 0, Buffer.from(text)],
    ['utf-8', 3, Buffer.from(`\ufeff${text}`)],
    ['utf-16le', 2, Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['utf-16le', 0, Buffer.from(text, 'utf16le')],
    ['utf-16be', 2, Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['utf-16be', 0, Buffer.from(text, 'utf16le').swap16()],
    ['windows-1252', 0, Buffer.from(text, 'latin1')],
  ])('is detected: %s with a mark of %i bytes', (encoding, bomBytes, bytes) => {
    expect(detectDialect(bytes, {}, true)).toMatchObject({ encoding, bomBytes, columns: 2 })
  })

  it('is detected even if a sample ends inside a character', () => {
    const bytes = Buffer.from('a,b\n1,€')
    for (const cut of [1, 2]) {
      expect(detectDialect(bytes.subarray(0, -cut)).encoding).toBe('utf-8')
    }
  })
})

describe('a delimiter that is given', () => {
  it('cannot also be the quote', () => {
    const same = { delimiter: "'", quote: "'" }
    expect(() => detect("a'b\n1'2\n", same)).toThrow('The delimiter and the quote are the same.')
    expect(() => detect("sep='\na'b\n", { quote: "'" })).toThrow(
      'The delimiter and the quote are the same.',
    )
  })
})
