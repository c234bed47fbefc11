import { describe, expect, it } from 'vitest'
import { cells, typesOf } from '../read.ts'

const column = (values: readonly string[], nullWords?: readonly string[]) =>
  typesOf(values.map((value) => `${value},.`).join('\n'), nullWords)[0]

describe('a column', () => {
  it.each([
    ['integer', ['1', '-2', '0']],
    ['integer', ['9223372036854775807', '-9223372036854775808']],
    ['text', ['9223372036854775808', '1']],
    ['text', ['-9223372036854775809']],
    ['text', ['12345678901234567890123']],
    ['text', ['007', '8']],
    ['text', ['+49123']],
    ['numeric', ['1', '2.50', '-.5']],
    ['numeric', ['1.5e-7', '1.0e+16', '3']],
    ['text', ['1E5', '2E7']],
    ['text', ['12E-3', '45E-1', '99E+2']],
    ['text', ['1e+16', '3']],
    ['text', ['1.', '2']],
    ['text', ['00.5']],
    ['integer', ['-', '1']],
    ['text', ['-', '-x']],
    ['text', ['1,5'].map((value) => `"${value}"`)],
    ['boolean', ['yes', 'No', 'YES']],
    ['boolean', ['true']],
    ['text', ['t', 'F']],
    ['text', ['Y', 'n']],
    ['text', ['on', 'off']],
    ['text', ['F', 'f']],
    ['integer', ['0', '1', '1']],
    ['integer', ['0', '0']],
    ['integer', ['1']],
    ['integer', ['0', '1', '2']],
    ['text', ['yes', 'true']],
    ['text', ['yes', '0']],
    ['date', ['2026-01-31', '2024-02-29']],
    ['date', ['2026/01/31']],
    ['text', ['2026-02-29']],
    ['text', ['2026-13-01']],
    ['text', ['0000-01-01']],
    ['text', ['2026-01-31', '2026-01-31 10:00:00']],
    ['timestamp', ['2026-01-31 10:15:00', '2026-01-31T10:15', '2026-01-31 23:59:59.123456']],
    ['text', ['2026-01-31 24:00:00']],
    ['text', ['2026-01-31 10:15:00.1234567']],
    ['timestamptz', ['2026-01-31T10:15:00Z', '2026-01-31 10:15:00+05:30', '2026-01-31 10:15 -08']],
    ['text', ['2026-01-31T10:15:00Z', '2026-01-31T10:15:00']],
    ['text', ['2026-01-31 10:15:00+16']],
    ['text', ['0001-01-01T00:00:00+14:00']],
    ['text', ['9999-12-31T23:59:59-12:00']],
    ['text', ['31.12.9999 23:59 -12', '30.12.2026 23:59 -12']],
    ['timestamptz', ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '0001-01-02T00:00:00+14']],
    ['uuid', ['0F8FAD5B-d9cb-469f-a165-70867728950e', 'aaaaaaaa-d9cb-469f-a165-70867728950e']],
    ['text', ['0f8fad5b-d9cb-469f-a165-70867728950g']],
    ['json', ['{}', '[1]', '"{""a"": [1, 2]}"']],
    ['text', ['{}', '{a}']],
    ['text', ['"[""a"]']],
    ['text', ['', 'NULL']],
    ['text', ['1', 'x', '2']],
    ['integer', ['" 12 "', '\t3']],
    ['text', ['"1"x', '1']],
    ['text', ['a\0b']],
  ])('is %s of %j', (type, values) => {
    expect(column(values)?.type).toBe(type)
  })

  it.each([
    [['31/01/2026', '01/02/2026'], 'date', 'dmy'],
    [['01/02/2026', '1/31/2026'], 'date', 'mdy'],
    [['31.1.2026 10:15', '1.2.2026 10:15'], 'timestamp', 'dmy'],
    [['1-31-2026 10:15Z'], 'timestamptz', 'mdy'],
  ] as const)('of %j has an unambiguous order of day and month', (values, type, order) => {
    expect(column(values)).toMatchObject({ type, order, ambiguous: false })
  })

  it.each([
    [['01/02/2026', '03/04/2026']],
    [['01/02/2026 10:00', '03/04/2026 11:00']],
    [['31.12.25', '01.01.26']],
    [['5-1-99', '']],
    [['31.12.25 10:15']],
    [['-3.000', '1.500', '12.250']],
    [['1.500', '7', '0']],
    [['"1,500"', '"2,250"', '-1']],
  ])('is text and marked ambiguous if it could be read in two ways: %j', (values) => {
    expect(column(values)).toMatchObject({ type: 'text', ambiguous: true })
  })

  it.each([
    ['text', ['31/01/2026', '01/31/2026']],
    ['text', ['31.12.25', '01.01.2026']],
    ['text', ['1.2.34', '1.0.0']],
    ['text', ['99.99.99']],
    ['integer', ['1', '20', '300']],
    ['numeric', ['1.500', '0.250']],
    ['numeric', ['1.500', '1000']],
    ['numeric', ['1.500', '2.5']],
    ['text', ['1.234.567', '2.500']],
    ['text', ['"1,234,567"', '"2,500"']],
    ['text', ['"1,500"', '"2,5"']],
    ['text', ['"0,500"', '"2,500"']],
  ])('is %s and not ambiguous if only one reading is left: %j', (type, values) => {
    expect(column(values)).toMatchObject({ type, ambiguous: false })
  })

  it('of thousands is numeric if another column shows what the point is', () => {
    const rows = ['1.500,2.5,x', '12.250,3.5,"1,500"'].join('\n')
    expect(typesOf(rows)).toMatchObject([
      { type: 'numeric' },
      { type: 'numeric' },
      { type: 'text' },
    ])
    expect(typesOf('1.500,x\n12.250,y\n')[0]).toMatchObject({ type: 'text', ambiguous: true })
  })

  it('of another type than text counts words for nothing as nulls, in any case', () => {
    const values = ['', 'NULL', 'n/a', 'nan', '-', 'NA', 'none', ' ', '""', '7']
    expect(column(values)).toMatchObject({ type: 'integer', nulls: 9, values: 1 })
  })

  it('of text has no null but the empty cell', () => {
    expect(column(['Null', 'Smith', '', 'NaN', '-', '""'])).toMatchObject({
      type: 'text',
      nulls: 2,
      values: 4,
    })
    expect(column(['NULL', '-'])).toMatchObject({ type: 'text', nulls: 0, values: 2 })
  })

  it('accepts other words for null, in a text too', () => {
    expect(column(['-', '7', 'NULL'], ['-'])).toMatchObject({ type: 'text', nulls: 1 })
    expect(column(['-', 'x', '7'], ['-'])).toMatchObject({ type: 'text', nulls: 1 })
    expect(column(['-', '7'], ['-'])).toMatchObject({ type: 'integer', nulls: 1 })
  })

  it('is null in rows that are too short', () => {
    expect(typesOf('1,2\n3\n')).toMatchObject([{ nulls: 0 }, { type: 'integer', nulls: 1 }])
  })

  it('takes even its last cell into account', () => {
    const text = `${'1,x\n'.repeat(200_000)}1.5,x\n`
    expect(typesOf(text)[0]).toMatchObject({ type: 'numeric', values: 200_001 })
    expect(cells(text)).toHaveLength(200_001)
  })

  it('of deeply nested JSON is text', () => {
    expect(column(['['.repeat(400) + ']'.repeat(400)])?.type).toBe('json')
    expect(column(['['.repeat(100_000) + ']'.repeat(100_000)])?.type).toBe('text')
  })
})
