import type { FastifyInstance, InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changedDocument, createOwnApi } from '../../setup/http/own-api.ts'
import { type Account, startTestService, type TestService } from '../../setup/service.ts'

const deprecated = (since: string, sunset: string) => ({
  deprecated: true,
  'x-deprecated-since': since,
  'x-sunset': sunset,
})

/** The document with a deprecated list, and deprecated parameters and fields of other operations. */
const withDeprecations = () =>
  changedDocument(({ paths, components }) => {
    for (const response of Object.values<{ headers?: object }>(components.responses)) {
      response.headers = {
        ...response.headers,
        Deprecation: { $ref: '#/components/headers/Deprecation' },
        Sunset: { $ref: '#/components/headers/Sunset' },
      }
    }
    const { parameters, schemas } = components
    Object.assign(paths['/v1/tasks'].get, {
      ...deprecated('2026-03-01', '2027-03-01'),
      'x-successor': '/v1/me',
    })
    Object.assign(parameters.TaskSearch, deprecated('2026-01-01', '2027-06-01'))
    Object.assign(parameters.IdempotencyKey, deprecated('2026-02-01', '2027-02-01'))
    Object.assign(schemas.TaskCreate.properties.due_date, deprecated('2026-04-01', '2027-04-01'))
    const { properties } = schemas.TransactionCreate
    Object.assign(properties.reference, deprecated('2026-05-01', '2027-05-01'))
  })

let service: TestService
let app: FastifyInstance
let user: Account

beforeAll(async () => {
  service = await startTestService()
  user = await service.createAccount()
  const document = await withDeprecations()
  app = await createOwnApi(service, document, (handle, operationOf) => {
    handle(operationOf('listTasks', 'listTasks'), ({ reply }) => {
      reply.header('link', '</v1/tasks?page=1>; rel="first"')
      return []
    })
    for (const id of ['createTask', 'bulkCreateTransactions', 'getMe']) {
      handle(operationOf(id, 'getMe'), () => {
        throw new Error('fails')
      })
    }
  })
})
afterAll(async () => {
  await app.close()
  await service.close()
})

/** The status of an answer, and what it says of deprecation. */
async function ask(options: InjectOptions, token = user.token) {
  const { statusCode, headers } = await app.inject({
    ...options,
    headers: { authorization: `Bearer ${token}`, ...options.headers },
  })
  return [statusCode, headers['deprecation'], headers['sunset']]
}

const list = (query = '') => ({ method: 'GET', url: `/v1/tasks${query}` }) as const
const create = (payload: object, headers = {}) =>
  ({ method: 'POST', url: '/tasks', payload, headers }) as const
const at = (date: string) => `@${Date.parse(date) / 1000}`
const until = (date: string) => new Date(date).toUTCString()

describe('a deprecated operation', () => {
  const announced = [at('2026-03-01'), until('2027-03-01')]

  it('says so in each answer, errors too', async () => {
    expect(await ask(list())).toEqual([200, ...announced])
    expect(await ask(list('?page=0'))).toEqual([422, ...announced])
    expect(await ask(list(), 'nonsense')).toEqual([401, ...announced])
    expect(await ask({ ...list(), method: 'HEAD' })).toEqual([200, ...announced])
  })

  it('links to its successor, beside other pages', async () => {
    const authorization = `Bearer ${user.token}`
    const { headers } = await app.inject({ ...list(), headers: { authorization } })
    expect(headers['link']).toBe(
      '</v1/tasks?page=1>; rel="first", </v1/me>; rel="successor-version"',
    )
  })

  it('has the first dates of all that a request uses', async () => {
    expect(await ask(list('?q=x'))).toEqual([200, at('2026-01-01'), until('2027-03-01')])
  })
})

describe('a deprecated part of requests', () => {
  it('is announced to those who use a header or field', async () => {
    const byField = [at('2026-04-01'), until('2027-04-01')]
    expect(await ask(create({ title: 'x' }))).toEqual([500, undefined, undefined])
    expect(await ask(create({ title: 'x', due_date: '2026-01-01' }))).toEqual([500, ...byField])
    expect(await ask(create({ due_date: null }))).toEqual([422, ...byField])
    const keyed = create({ title: 'x' }, { 'idempotency-key': 'a' })
    expect(await ask(keyed)).toEqual([500, at('2026-02-01'), until('2027-02-01')])
  })

  it('is found in the items of a list', async () => {
    const send = (...items: readonly object[]) =>
      ask({ method: 'POST', url: '/v1/transactions/bulk', payload: { transactions: items } })
    expect(await send({}, { reference: 'x' })).toContain(at('2026-05-01'))
    expect(await send({}, {})).not.toContain(at('2026-05-01'))
  })

  it('leaves others alone', async () => {
    expect(await ask({ method: 'GET', url: '/v1/me' })).toEqual([500, undefined, undefined])
  })
})
