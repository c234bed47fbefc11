import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import Fastify, { type FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installJsonBody } from '../../../src/http/body/json-body.ts'
import { sendProblem } from '../../../src/http/problem.ts'
import { installValidator } from '../../../src/http/validation/validator.ts'

let app: FastifyInstance

beforeAll(async () => {
  app = Fastify({ bodyLimit: 8 * 1024 * 1024 })
  app.setErrorHandler(sendProblem)
  installValidator(app)
  installJsonBody(app)
  app.post('/', { schema: { body: {} } }, async ({ body }) => ({ body }))
  const body = Type.Object({ a: Type.Integer(), b: Type.Integer({ maximum: 9 }) })
  app.post('/checked', { schema: { body } }, async () => 'never')
})
afterAll(() => app.close())

const post = (payload: string, url = '/') =>
  app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json' } })

/** Whether JavaScript's number for these digits has the same value, and stands for no other. */
const isExact = (digits: string) =>
  new Decimal(String(Number(digits))).equals(digits) &&
  (digits.includes('.') || Number.isSafeInteger(Number(digits)))

const digits = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9]\d{0,20}$/)),
    fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{1,22}$/)),
  )
  .map((parts) => parts.join(''))

describe('numbers in a body', () => {
  it.each([
    '123456789012345',
    '9007199254740991',
    '9999999999999.99',
    '0.1',
    '1000000000000.0000',
    '1e5',
    '0.000000000000000001',
  ])('%s is accepted', async (number) => {
    const answer = await post(`{"a":[${number}]}`)
    expect(answer.statusCode).toBe(200)
    expect(answer.json().body).toEqual({ a: [Number(number)] })
  })

  it.each([
    '9007199254740992',
    '9007199254740993',
    '100000000000000000000',
    '0.1234567890123456789',
    '9999999999999.9999',
    '1.0000000000000000001',
    '-12345678901234567890',
  ])('%s is refused where it stands', async (number) => {
    const answer = await post(`{"items":[{"amount":1},{"amount":${number}}]}`)
    expect(answer.statusCode).toBe(422)
    expect(answer.json().errors).toEqual([
      {
        in: 'body',
        path: '/items/1/amount',
        code: 'number_precision',
        message: expect.any(String),
      },
    ])
  })

  it('are accepted if and only if JavaScript represents them exactly', async () => {
    await fc.assert(
      fc.asyncProperty(digits, async (number) => {
        const { statusCode } = await post(`{"a":${number}}`)
        expect(statusCode).toBe(isExact(number) ? 200 : 422)
      }),
      { numRuns: 400 },
    )
  })

  it('are all reported if several are inexact', async () => {
    const { errors } = (await post('[12345678901234567890,1,0.12345678901234567]')).json()
    expect(errors.map(({ path }: { path: string }) => path)).toEqual(['/0', '/2'])
  })
})

describe('a number that is not exact', () => {
  it('is reported once, with the other errors', async () => {
    const { errors } = (await post('{"a":"x","b":12345678901234567890}', '/checked')).json()
    expect(errors.map(({ path, code }: { path: string; code: string }) => [path, code])).toEqual([
      ['/b', 'number_precision'],
      ['/a', 'type'],
    ])
  })
})

describe('texts in a body', () => {
  it.each(['12345678901234567890', '0.12345678901234567890', '\\"12345678901234567890'])(
    'may contain the digits %s',
    async (text) => {
      const answer = await post(`{"reference":"${text}","${text}":1}`)
      expect(answer.statusCode).toBe(200)
      expect(answer.json().body).toEqual(JSON.parse(`{"reference":"${text}","${text}":1}`))
    },
  )

  it('are parsed like JSON.parse does, whatever they contain', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' })), async (value) => {
        const payload = JSON.stringify({ value, long: '12345678901234567890' })
        const answer = await post(payload)
        expect(answer.statusCode).toBe(200)
        expect(answer.json().body).toEqual(JSON.parse(payload))
      }),
    )
  })
})

describe('nesting', () => {
  it.each([
    ['[', ']'],
    ['{"a":', '}'],
  ])('of %s beyond the limit is refused as malformed', async (open, close) => {
    const nest = (inside: string) => `${open.repeat(200_000)}${inside}${close.repeat(200_000)}`
    const refused = await post(nest('12345678901234567890'))
    expect([refused.statusCode, refused.json().code]).toEqual([400, 'malformed_json'])
    expect((await post(`${open.repeat(200_000)}`)).statusCode).toBe(400)
  })
})

describe('half surrogate pairs in a body', () => {
  it.each(['"\\ud800"', '"a\\udc00b"', '"\\ud83d"'])(
    '%s is refused where it stands',
    async (text) => {
      const answer = await post(`{"items":[{"description":${text}}]}`)
      expect(answer.statusCode).toBe(422)
      expect(answer.json().errors).toEqual([
        { in: 'body', path: '/items/0/description', code: 'unicode', message: expect.any(String) },
      ])
    },
  )

  it('may contain whole characters written as two escapes', async () => {
    expect((await post('{"a":"\\ud83d\\ude00"}')).json().body).toEqual({ a: '\u{1f600}' })
  })
})
