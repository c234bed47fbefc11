import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { operations } from '../../../src/generated/operations.ts'
import { compileCheck } from '../../../src/http/validation/validator.ts'

const Body = Type.Object(
  {
    whole: Type.Optional(Type.Integer({ minimum: 1 })),
    text: Type.Optional(Type.String({ minLength: 2 })),
    flag: Type.Optional(Type.Boolean()),
    either: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])),
    either_way: Type.Optional(Type.Integer()),
    list: Type.Optional(Type.Array(Type.Object({ at: Type.String({ format: 'date-time' }) }))),
    email: Type.Optional(Type.String({ format: 'idn-email' })),
    kept: Type.Integer({ default: 5 }),
  },
  { additionalProperties: false },
)
const Query = Type.Object(
  {
    page: Type.Integer({ minimum: 1, default: 1 }),
    flag: Type.Optional(Type.Boolean()),
    text: Type.Optional(Type.String()),
    tags: Type.Optional(Type.Array(Type.String())),
  },
  { additionalProperties: false },
)

const body = compileCheck(Body, 'body')
const query = compileCheck(Query, 'query')
/** The place and code of each error. */
const wrong = (checked: ReturnType<typeof body>) =>
  'errors' in checked ? checked.errors.map((error) => [error.in, error.path, error.code]) : checked

describe('a body', () => {
  it('is taken unchanged, with defaults filled in', () => {
    const sent = { whole: 7, text: '12.3', flag: false, either: null }
    expect(body(sent)).toEqual({ value: { ...sent, kept: 5 } })
  })

  it.each([
    ['/whole', 'type', { whole: '7' }],
    ['/whole', 'type', { whole: 7.5 }],
    ['/whole', 'type', { whole: true }],
    ['/whole', 'type', { whole: null }],
    ['/text', 'type', { text: 12.3 }],
    ['/flag', 'type', { flag: 'true' }],
    ['/flag', 'type', { flag: 0 }],
    ['/kept', 'type', { kept: null }],
    ['/list', 'type', { list: { at: 'x' } }],
    ['/list/1/at', 'format', { list: [{ at: '2026-01-01T00:00:00Z' }, { at: '2026-01-01' }] }],
    ['/list/0/at', 'required', { list: [{}] }],
    ['/either', 'minimum', { either: 0 }],
    ['/unknown', 'unknown_field', { unknown: 1 }],
  ])('is invalid at %s by the rule %s: %j', (path, code, sent) => {
    expect(wrong(body(sent))).toEqual([['body', path, code]])
  })

  it('has one error per place, even if no form of a union matches', () => {
    const sent = { whole: 0, text: '', either: 'x', either_way: 'y' }
    expect(wrong(body(sent))).toEqual(
      expect.arrayContaining([
        ['body', '/whole', 'minimum'],
        ['body', '/text', 'minLength'],
        ['body', '/either', 'type'],
        ['body', '/either_way', 'type'],
      ]),
    )
    const checked = body({ either: 0 })
    expect('errors' in checked && checked.errors[0]?.message).toBe('must be at least 1')
  })

  it.each([undefined, null, 7, 'text', []])('cannot be %j', (sent) => {
    expect(wrong(body(sent))).toEqual([['body', '', 'type']])
  })

  it.each([
    ['2026-01-31T10:15:00Z', true],
    ['2026-01-31T10:15:00.123456+05:30', true],
    ['2026-02-29T00:00:00Z', false],
    ['2024-02-29T00:00:00Z', true],
    ['2026-01-31T24:00:00Z', false],
    ['2026-01-31T23:59:60Z', false],
    ['2026-01-31T10:15:00', false],
    ['2026-01-31T10:15:00Z[UTC]', false],
    ['2026-1-31T10:15:00Z', false],
  ])('knows whether %s is a time', (at, right) => {
    expect('value' in body({ list: [{ at }] })).toBe(right)
  })

  it.each([
    ['first.last+tag@mail.example', true],
    ['a@b.c', true],
    [`${'x'.repeat(64)}@mail.example`, true],
    [`${'x'.repeat(65)}@mail.example`, false],
    ['a@localhost', false],
    ['"quoted"@mail.example', false],
    ['a@[127.0.0.1]', false],
    ['a b@mail.example', false],
    ['.a@mail.example', false],
    ['a@-mail.example', false],
    ['a@mail..example', false],
    ['a@mail.example\n', false],
  ])('knows whether %j is an address', (email, right) => {
    expect('value' in body({ email })).toBe(right)
  })
})

describe('a query', () => {
  it.each([
    [{}, { page: 1 }],
    [{ page: '7' }, { page: 7 }],
    [{ flag: 'true' }, { page: 1, flag: true }],
    [{ flag: 'false' }, { page: 1, flag: false }],
    [{ text: '12' }, { page: 1, text: '12' }],
    [{ text: '' }, { page: 1, text: '' }],
    [{ tags: 'a' }, { page: 1, tags: ['a'] }],
    [{ tags: ['a', 'b'] }, { page: 1, tags: ['a', 'b'] }],
  ])('%j is read as %j', (sent, value) => {
    expect(query(sent)).toEqual({ value })
  })

  it.each([
    ['page', 'type', { page: '7.5' }],
    ['page', 'type', { page: '7.0' }],
    ['page', 'type', { page: '1e3' }],
    ['page', 'type', { page: '0x7' }],
    ['page', 'type', { page: '+7' }],
    ['page', 'type', { page: ' 7' }],
    ['page', 'type', { page: '' }],
    ['page', 'type', { page: '99999999999999999999' }],
    ['page', 'type', { page: ['1', '2'] }],
    ['page', 'minimum', { page: '0' }],
    ['flag', 'type', { flag: 'TRUE' }],
    ['flag', 'type', { flag: '1' }],
    ['flag', 'type', { flag: '' }],
    ['text', 'type', { text: ['a', 'b'] }],
    ['other', 'unknown_parameter', { other: '1' }],
    ['constructor', 'unknown_parameter', { constructor: '1' }],
    ['__proto__', 'unknown_parameter', JSON.parse('{"__proto__":"1"}')],
  ])('is invalid at %s by the rule %s: %j', (path, code, sent) => {
    expect(wrong(query(sent))).toEqual([['query', path, code]])
  })

  it('names object members as they were sent, and list items by their list', () => {
    const schema = Type.Object(
      {
        rename: Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: 3 }))),
        tags: Type.Optional(Type.Array(Type.String({ maxLength: 3 }))),
      },
      { additionalProperties: false },
    )
    const check = compileCheck(schema, 'query')
    const sent = { 'rename[a/b~c]': 'long', tags: ['long', 'x'], 'renames[a]': 'b' }
    expect(wrong(check(sent))).toEqual(
      expect.arrayContaining([
        ['query', 'rename[a/b~c]', 'maxLength'],
        ['query', 'tags', 'maxLength'],
        ['query', 'renames[a]', 'unknown_parameter'],
      ]),
    )
  })

  it('is not modified in place', () => {
    const sent = Object.freeze({ page: '7' })
    query(sent)
    expect(sent).toEqual({ page: '7' })
  })
})

describe('headers', () => {
  it('are reported by their documented names', () => {
    const headers = compileCheck(operations.createTask.schema.headers, 'header')
    expect(wrong(headers({ 'idempotency-key': '' }))).toContainEqual([
      'header',
      'Idempotency-Key',
      'minLength',
    ])
  })
})

describe('a path', () => {
  it('has parameters', () => {
    const params = compileCheck(operations.getTask.schema.params, 'path')
    expect(wrong(params({ id: '0' }))).toEqual([['path', 'id', 'minimum']])
  })
})
