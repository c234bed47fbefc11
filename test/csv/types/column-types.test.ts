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
    ['numeric', ['1.5e-7', '1e+16', '3']],
    ['text', ['1E5', '2E7']],
    ['text', ['1.', '2']],
    ['text', ['00.5']],
    ['text', ['-', '1']],
    ['text', ['1,5'].map((value) => `"${value}"`)],
    ['boolean', ['yes', 'No', 'YES']],
    ['boolean', ['true']],
    ['boolean', ['t', 'F']],
    ['boolean', ['Y', 'n']],
    ['text', ['F', 'f']],
    ['boolean', ['0', '1', '1']],
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

  it('is text and marked ambiguous if day and month cannot be told apart', () => {
    expect(column(['01/02/2026', '03/04/2026'])).toMatchObject({ type: 'text', ambiguous: true })
    expect(column(['31/01/2026', '01/31/2026'])).toMatchObject({ type: 'text', ambiguous: false })
  })

  it('counts its nulls, in any case', () => {
    const values = ['', 'NULL', 'n/a', 'nan', ' ', '""', '7']
    expect(column(values)).toMatchObject({ type: 'integer', nulls: 6, values: 1 })
    expect(column(['NA', '7'])).toMatchObject({ type: 'text', nulls: 0 })
  })

  it('accepts other words for null', () => {
    expect(column(['-', '7', 'NULL'], ['-'])).toMatchObject({ type: 'text', nulls: 1 })
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
