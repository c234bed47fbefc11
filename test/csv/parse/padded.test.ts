import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { propertyRuns } from '../../setup/property-runs.ts'
import { cells, read } from '../read.ts'

describe('blanks around quotes', () => {
  it.each([
    ['1, "a, b"\n', [['1', 'a, b']]],
    ['  "a"  ,   "b"  \n', [['a', 'b']]],
    ['1, a b , "c"\n', [['1', ' a b ', 'c']]],
    ['1, "say ""x"""\n', [['1', 'say "x"']]],
    ['1, \n', [['1', ' ']]],
  ])('belong to no cell: %j', (text, expected) => {
    expect(cells(text, { padded: true })).toEqual(expected)
  })

  it('belong to their cell unless the format says otherwise', () => {
    expect(cells('1, "a"\n')).toEqual([['1', ' "a"']])
  })

  it('do not hide what follows the quotes', () => {
    expect(read('1, "a" b,c\n2, "d"\n', { padded: true })).toMatchObject([
      { cells: ['1', '"a" b', 'c'], problem: 'malformed_quote' },
      { cells: ['2', 'd'], problem: undefined },
    ])
  })
})

describe('a byte order mark at the start of a row', () => {
  it('is skipped if the caller wants so', () => {
    const text = '\ufeffa,b\n1,2\n\ufeffa,b\n3,\ufeff4\n'
    expect(cells(text, { skipMarks: true })).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['a', 'b'],
      ['3', '\ufeff4'],
    ])
    expect(cells(text)[2]).toEqual(['\ufeffa', 'b'])
  })
})

it('blanks and marks are read the same wherever a text is cut', () => {
  const text = fc.string({ unit: fc.constantFrom(...'", \r\nx\ufeff'), maxLength: 30 })
  const lengths = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(text, lengths, (given, cuts) => {
      const options = { padded: true, skipMarks: true }
      expect(read(given, options, cuts)).toEqual(read(given, options))
    }),
    { numRuns: propertyRuns(2_000) },
  )
})
