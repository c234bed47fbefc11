import { describe, expect, it } from 'vitest'
import { type Dialect, detectDialect } from '../../../src/csv/detect/dialect.ts'

const detect = (text: string) => detectDialect(Buffer.from(text), {}, true)

describe('a single column', () => {
  it.each([
    ['links', 'link\nhttps://a.example/1\nhttps://b.example/2?x=1;y=2\n', 'link'],
    ['links without a header', 'http://a.example/1\nhttps://b.example/2\n', undefined],
    ['instants', '2026-03-01T10:00:00Z\n2026-03-02T11:30:00Z\n', undefined],
    ['times', 'time\n10:15:00\n11:20:30\n', 'time'],
    ['short times', '10:15\n11:20\n09:05\n', undefined],
    ['MAC addresses', 'mac\n00:1b:44:11:3a:b7\n00:1b:44:11:3a:b8\n', 'mac'],
    ['IPv6 addresses', 'ip\nfe80::1ff:fe23:4567:890a\n2001:db8::1\n', 'ip'],
    ['mail addresses', 'mail\nann@a.example\nbob@b.example\n', 'mail'],
    ['dates and times', 'at\n2026-03-01 10:00\n2026-03-02 11:30\n', 'at'],
    ['greetings', 'note\nHello, my friend\nWell, then\nNo, thanks\n', 'note'],
    ['notes of which one has a semicolon', 'note\nhello; there\nplain\nother\n', 'note'],
    ['addresses and ports', 'host\n10.0.0.1:80\n10.0.0.2:443\n', 'host'],
  ])('of %s is not split', (_, text, name) => {
    expect(detect(text)).toMatchObject({ columns: 1, names: name === undefined ? [] : [name] })
  })
})

describe('a delimiter', () => {
  it.each<[string, string, Partial<Dialect>]>([
    ['that leaves numbers', 'a;b\n1,5;2,5\n3,5;4,5\n', { delimiter: ';', columns: 2 }],
    ['of ragged numbers', 'x,y\n1,2\n3\n4,5,6\n7,8\n', { delimiter: ',', columns: 2 }],
    ['beside times', 'at,n\n10:15,1\n11:20,2\n', { delimiter: ',', columns: 2 }],
    ['beside links', 'n|url\n1|http://a.example\n2|http://b.example\n', { delimiter: '|' }],
    ['of a list of accounts', 'root:x:0\nbin:x:1\n', { delimiter: ':', columns: 3 }],
  ])('%s is found', (_, text, expected) => {
    expect(detect(text)).toMatchObject(expected)
  })

  it('may have a blank behind it, before quotes too', () => {
    const text = 'id, who, note\n7, "Roe, Ann", "x, y"\n8, "Poe, Ed" , "z"\n'
    expect(detect(text)).toMatchObject({ delimiter: ',', columns: 3, padded: true })
    expect(detect('id,who\n1, 5 "inches"\n2,x\n')).toMatchObject({ padded: false, columns: 2 })
    expect(detect('id,who\n1, "big" box\n2, "small" box\n')).toMatchObject({ padded: false })
  })
})

describe('a header', () => {
  it.each([
    ['of years', ',2024,2025\nHull,1.5,2.5\nYork,3.5,4.5\n', ['', '2024', '2025']],
    ['of years alone', '2024,2025,2026\n1.5,2.5,3.5\n4.5,5.5,6.5\n', ['2024', '2025', '2026']],
    ['of the places of columns', '0,1,2\nAnn,2026-01-31,5.5\nBob,2026-02-01,6\n', ['0', '1', '2']],
    ['that lacks the last name', 'id,name\n1,Ann,2.5\n2,Bob,3\n3,Eve,4\n', ['id', 'name', '']],
    [
      'of groups of columns',
      ',2024,,2025,\nRegion,Q1,Q2,Q1,Q2\nNorth,1,2,3,4\nSouth,5,6,7,8\nWest,9,1,2,3\n',
      ['Region', '2024 Q1', '2024 Q2', '2025 Q1', '2025 Q2'],
    ],
    [
      'of three rows',
      'day,amount,fee\n,USD,USD\n,thousands,units\n2026-01-01,1.5,2\n2026-01-02,2.5,3\n2026-01-03,4,5\n',
      ['day', 'amount USD thousands', 'fee USD units'],
    ],
  ])('%s is found', (_, text, names) => {
    expect(detect(text)).toMatchObject({ header: true, names, delimiter: ',' })
  })

  it.each([
    ['numbers', '1,2,3\n4,5,6\n7,8,9\n'],
    ['years', '2024,5\n2025,6\n'],
    ['numbers that begin with 1', '1,2,3\n4,5.5,6\n'],
  ])('is not found in %s', (_, text) => {
    expect(detect(text)).toMatchObject({ header: false, preambleLines: 0 })
  })

  it('repeats only where it could not be data', () => {
    expect(detect('fruit\napple\nfruit\npear\n').headerRepeats).toBe(false)
    expect(detect('fruit,n\napple,1\nfruit,n\npear,2\n').headerRepeats).toBe(true)
    expect(detect('id\n1\nid\n2\n').headerRepeats).toBe(true)
  })
})

describe('a preamble', () => {
  const rows = '2026-01-31;x;1,5;2\n2026-01-30;y;2,5;3\n'
  const names = ['date', 'text', 'amount', 'balance']
  const header = `${names.join(';')}\n`
  const pairs = (count: number, width: number) =>
    Array.from(
      { length: count },
      (_, index) => `key ${index};value ${index}${';'.repeat(width - 2)}\n`,
    ).join('')

  it.each([
    ['of keys and values', pairs(6, 2), 6],
    ['of more lines than the table has', pairs(40, 2), 40],
    ['padded to the width of the table', 'Statement;;;\n;;;\n', 2],
    ['of keys and values that are padded', pairs(3, 4), 3],
    ['with a delimiter at the end of each line', 'Account:;"1";\n\nFrom:;"2026-01-01";\n', 3],
    ['of empty lines', 'Title\n\n\n\n', 4],
  ])('%s is told from the table', (_, preamble, preambleLines) => {
    expect(detect(preamble + header + rows)).toMatchObject({ preambleLines, names })
    expect(detect(preamble + header + rows.split('\n')[0])).toMatchObject({ preambleLines })
  })

  it.each([
    ['three', 'Account,12345,\nOwner,Ann,\n,,\nday,text,amount\n', 'x,', 3],
    ['two', 'Account,12345\n,\nday,amount\n', '', 2],
  ])('of keys and values may be padded to %s columns', (_, above, text, preambleLines) => {
    const table = `2026-01-01,${text}1.5\n2026-01-02,${text}2.5\n`
    expect(detect(above + table)).toMatchObject({ preambleLines, header: true })
  })

  it('is none of rows that lack cells', () => {
    const text = 'Ann,York,\nBob,Hull,\nEve,Bath,x\nTom,Ely,y\n'
    expect(detect(text)).toMatchObject({ preambleLines: 0 })
    expect(detect('id,n\n1,2\n\n3,4\n').preambleLines).toBe(0)
    expect(detect('id,n\n1,2\n\nid,n\n3,4\n').preambleLines).toBe(0)
  })

  it('of pairs with colons may be above a table of words', () => {
    const text = 'From:,Ann\nTo:,Bob\nfirst,last,town\nAnn,Roe,York\nBob,Poe,Hull\nEve,Doe,Ely\n'
    expect(detect(text)).toMatchObject({ preambleLines: 2, names: ['first', 'last', 'town'] })
  })

  it('is shown with its lines', () => {
    expect(detect(`Title\r\n\r\n${header}${rows}`).preamble).toEqual([
      { line: 1, text: 'Title' },
      { line: 2, text: '' },
    ])
  })

  it('is the smaller one of two tables', () => {
    const small = 'a;b;c\n1;2;3\n4;5;6\n7;8;9\n1;1;1\n'
    const large = header + rows.repeat(5)
    expect(detect(small + large)).toMatchObject({ columns: 4, preambleLines: 5, names })
    expect(detect(large + small)).toMatchObject({ columns: 4, preambleLines: 0, names })
  })
})
