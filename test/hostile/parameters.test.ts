import type { TObject } from 'typebox'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operations } from '../../src/generated/operations.ts'
import { ENDLESS } from '../setup/http/endless.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { createDelays } from './delay.ts'

/** Node.js takes no more of a request's first line and headers. */
const MAX_HEAD_BYTES = 16 * 1024
const SPACE = MAX_HEAD_BYTES - 512
const MAX_ANSWER_BYTES = 64 * 1024

let service: TestService
let token: string
beforeAll(async () => {
  service = await startTestService()
  token = (await service.createAccount('admin')).token
})
afterAll(() => service.close())

/** A part as often as it fits. */
const filled = (part: string, space = SPACE): string => part.repeat(Math.floor(space / part.length))

/** Queries that name a parameter, or a member of it, with much or very often. */
const queriesOf = (name: string): string[] => [
  ...['x', '%20', '0', 'a.', 'T', '%00', '%F0%9F%98%80', '-', ',', '%5B', '%25'].map(
    (part) => `${name}=${filled(part, SPACE - name.length)}`,
  ),
  filled(`${name}=a&`),
  filled(`${name}=&`),
  filled(`${name}[]=a&`),
  filled(`${name}[a]=b&`),
  `${name}${filled('[a]')}=b`,
  `${name}${filled('[')}=b`,
]

const unknown = Array.from({ length: 1500 }, (_, index) => `u${index}=1`).join('&')
const columns = Array.from({ length: 1000 }, (_, index) => `default[c${index}]=1`).join('&')
const ANY_QUERY = [
  unknown,
  columns,
  filled('&'),
  filled('='),
  filled('%'),
  filled('a&'),
  'a'.repeat(SPACE),
]

/** Headers that the service or a library of it takes apart. */
const HEADERS = [
  'accept',
  'accept-encoding',
  'authorization',
  'cache-control',
  'content-type',
  'cookie',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'range',
  'x-forwarded-for',
  'x-request-id',
  'content-encoding',
  'expect',
  'forwarded',
  'host',
  'last-event-id',
  'origin',
]
const HEADER_TEXTS = [
  '"',
  '"a",',
  'W/"a",',
  ',',
  '\t ',
  ';',
  'a;b=',
  'no-cache,',
  'a ',
  '=',
  '/',
  '*;q=0.1,',
  'gzip;q=0.',
  '1.1.1.1,',
  'bytes=0-1,',
].map((part) => filled(part))
/** After what a header has to begin with to be looked at. */
const BEGINNINGS: Readonly<Record<string, readonly string[]>> = {
  authorization: ['Bearer ', 'Bearer pb_', 'Bearer a.b.'],
  'content-type': ['application/json;', 'multipart/form-data; boundary='],
}

const all = Object.values(operations)
/** Events go on until somebody leaves. */
const answering = all.filter(
  ({ operationId }) => operationId !== 'streamImport' && !ENDLESS.has(operationId),
)

describe('hostile parameters', () => {
  const seen = new Set<string>()
  /** The parameters of an operation that no operation before has. */
  const newParameters = ({ schema }: (typeof all)[number]): string[] => {
    const { properties } = schema.querystring as unknown as TObject
    return Object.entries(properties).flatMap(([name, described]) => {
      const parameter = name + JSON.stringify(described)
      return seen.size < seen.add(parameter).size ? [name] : []
    })
  }

  it.each(answering)('of $operationId keep nobody waiting', async (operation) => {
    const delays = createDelays()
    const { method, url } = operation
    const queries = [...ANY_QUERY, ...newParameters(operation).flatMap(queriesOf)]
    for (const query of queries) {
      await delays.measure(query.slice(0, 40), async () => {
        const answer = await service.app.inject({
          method,
          url: `${url.replace(/:\w+/g, '1')}?${query}`,
          headers: { authorization: `Bearer ${token}` },
        })
        expect(
          answer.statusCode,
          `${query.slice(0, 40)}: ${answer.body.slice(0, 300)}`,
        ).toBeLessThan(500)
        if (answer.statusCode < 400) return
        expect(answer.body.length, query.slice(0, 40)).toBeLessThan(MAX_ANSWER_BYTES)
        expect(answer.json().errors?.length ?? 0, query.slice(0, 40)).toBeLessThanOrEqual(100)
      })
    }
    expect(delays.slow()).toEqual([])
  })

  it('of a path keep nobody waiting', async () => {
    const delays = createDelays()
    for (const part of ['/', 'a/', '1', '%2F', '%', '..%2f', ';', 'users/']) {
      for (const url of [
        `/v1/users/${filled(part)}`,
        `/${filled(part)}`,
        `/v1/datasets/${filled(part)}/rows`,
      ]) {
        await delays.measure(url.slice(0, 40), async () => {
          const answer = await service.app.inject({ method: 'GET', url })
          expect(answer.statusCode, url.slice(0, 40)).toBeLessThan(500)
        })
      }
    }
    expect(delays.slow()).toEqual([])
  })
})

describe('a hostile header', () => {
  const { getMe, getUserAnalytics, createTask, createImport } = operations
  const taking = [getMe, getUserAnalytics, createTask, createImport]
  it.each(taking)('of $operationId keeps nobody waiting', async ({ method, url }) => {
    const delays = createDelays()
    for (const header of HEADERS) {
      const beginnings = BEGINNINGS[header] ?? ['']
      const texts = beginnings.flatMap((begin) => HEADER_TEXTS.map((text) => begin + text))
      for (const text of texts) {
        const name = `${header}: ${text.slice(0, 40)}`
        await delays.measure(name, async () => {
          const answer = await service.app.inject({
            method,
            url: url.replace(/:\w+/g, '1'),
            ...(method !== 'GET' && { payload: '{}' }),
            headers: {
              authorization: `Bearer ${token}`,
              ...(method !== 'GET' && { 'content-type': 'application/json' }),
              [header]: text,
            },
          })
          expect(answer.statusCode, `${name}: ${answer.body.slice(0, 300)}`).toBeLessThan(500)
        })
      }
    }
    expect(delays.slow()).toEqual([])
  })
})
