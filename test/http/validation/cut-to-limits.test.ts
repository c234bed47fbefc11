import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { cutToLimits } from '../../../src/http/validation/cut-to-limits.ts'
import { compileCheck } from '../../../src/http/validation/validator.ts'

const Schema = Type.Object(
  {
    text: Type.Optional(Type.String({ maxLength: 3, pattern: '^a*$' })),
    list: Type.Optional(
      Type.Array(Type.String({ maxLength: 3 }), { maxItems: 2, uniqueItems: true }),
    ),
    either: Type.Optional(
      Type.Union([Type.String({ maxLength: 2 }), Type.String({ maxLength: 4 })]),
    ),
    inner: Type.Optional(Type.Object({ text: Type.String({ maxLength: 1 }) })),
  },
  { additionalProperties: false },
)
const check = compileCheck(Schema, 'body')
const wrong = (value: unknown) => {
  const checked = check(value)
  return 'errors' in checked ? checked.errors.map(({ path, code }) => `${path} ${code}`) : []
}
const unknown = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`u${index}`, 1]))

describe('a value cut to the limits of a schema', () => {
  it.each([
    { text: 'aaa', list: ['a', 'b'], either: 'abcd', inner: { text: 'a' } },
    { text: '\u{1f600}\u{1f600}\u{1f600}' },
    { text: 7, list: {}, inner: [], either: null },
    null,
    7,
    'text',
    [],
    unknown(100),
  ])('is unchanged if it has the right size: %j', (value) => {
    expect(cutToLimits(value, Schema)).toBe(value)
  })

  it('is slightly larger than allowed', () => {
    const long = 'a'.repeat(1e6)
    const value = { text: long, list: Array(1e5).fill(long), either: long, inner: { text: long } }
    expect(cutToLimits(value, Schema)).toEqual({
      text: 'aaaaaaa',
      list: Array(3).fill('aaaaaaa'),
      either: 'aaaaaaaaa',
      inner: { text: 'aaa' },
    })
    expect(Object.keys(cutToLimits({ ...unknown(1e5), text: 'a' }, Schema) as object)).toHaveLength(
      101,
    )
  })

  it('has the same errors as before', () => {
    expect(wrong({ text: 'b'.repeat(1e6) })).toEqual(['/text maxLength', '/text pattern'])
    expect(wrong({ list: Array(1e5).fill('a') })).toEqual(['/list maxItems'])
    expect(wrong({ either: 'a'.repeat(1e6) })).toEqual(['/either form'])
    expect(wrong({ inner: { text: 'aa' } })).toEqual(['/inner/text maxLength'])
  })

  it('reports every error up to a hundred', () => {
    expect(wrong(unknown(20))).toHaveLength(20)
    expect(wrong({ ...unknown(20), text: 7 })).toHaveLength(21)
    expect(wrong(unknown(5_000))).toHaveLength(100)
  })

  it('truncates long names of unknown members', () => {
    const name = 'n'.repeat(1e6)
    expect(wrong({ [name]: 1, 'a/b': 1 })).toEqual([
      `/${'n'.repeat(100)}… unknown_field`,
      '/a~1b unknown_field',
    ])
  })
})
