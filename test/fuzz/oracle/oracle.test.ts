import { describe, expect, it } from 'vitest'
import type { Actor } from '../cast.ts'
import type { Answer } from '../client/client.ts'
import { operationOf } from '../operations.ts'
import { exchangeOf, judge, type Request } from './oracle.ts'
import { violationsOf } from './violations.ts'

const admin: Actor = { name: 'admin', role: 'admin', authorization: 'Bearer secret-token' }
const task = {
  id: 1,
  title: 'A task',
  status: 'pending',
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
}

function requestOf(operationId: string, target: string, more: Partial<Request> = {}): Request {
  const operation = operationOf(operationId)
  const request = {
    method: operation.method,
    target,
    headers: [],
    actor: admin,
    operation,
    ...more,
  }
  return { violations: violationsOf(operation, request), ...request }
}

const answerOf = (status: number, body: unknown, type: string): Answer => ({
  status,
  headers: { 'x-request-id': 'one', etag: '"x"', 'content-type': type },
  text: body === undefined ? '' : JSON.stringify(body),
})
const ok = (status: number, body: unknown) => answerOf(status, body, 'application/json')
const problem = (status: number, code: string, more: object = {}) =>
  answerOf(
    status,
    {
      type: `urn:passbook:problem:${code}`,
      title: 'Title',
      status,
      detail: 'Detail',
      code,
      request_id: 'one',
      ...more,
    },
    'application/problem+json',
  )

const getTask = requestOf('getTask', '/v1/tasks/1')
const verdict = (request: Request, answer: Answer, secrets: readonly string[] = []) => {
  try {
    judge(exchangeOf(request, answer), secrets)
    return undefined
  } catch (error) {
    return (error as { kind?: string }).kind
  }
}

describe('the oracle', () => {
  it('finds nothing wrong with what is right', () => {
    expect(verdict(getTask, ok(200, task))).toBeUndefined()
    expect(verdict(getTask, problem(404, 'not_found'))).toBeUndefined()
  })

  it.each([
    ['server-error', problem(500, 'internal_error')],
    ['server-error', problem(503, 'unavailable')],
    ['undocumented', problem(409, 'conflict')],
    ['undocumented', ok(200, { ...task, status: 'lost' })],
    ['undocumented', answerOf(200, task, 'text/html')],
    ['undocumented', { ...ok(200, task), text: '{"id":' }],
    [
      'undocumented',
      { ...ok(200, task), headers: { 'x-request-id': 'one', 'content-type': 'application/json' } },
    ],
    ['bad-problem', ok(404, { code: 'not_found' })],
    ['bad-problem', problem(404, 'not_found', { status: 400 })],
    ['bad-problem', problem(404, 'not_found', { request_id: 'another' })],
    ['bad-problem', problem(404, 'not_found', { detail: '' })],
    ['bad-problem', { ...ok(200, task), headers: {} }],
    [
      'refused-valid',
      problem(422, 'validation_failed', {
        errors: [{ in: 'path', path: 'id', code: 'minimum', message: 'x' }],
      }),
    ],
  ])('finds %s: %#', (kind, answer) => {
    expect(verdict(getTask, answer)).toBe(kind)
  })

  it('finds a secret in what is told', () => {
    const told = problem(404, 'not_found', { detail: 'No DE8937 0400 4405' })
    expect(verdict(getTask, told, ['DE8937 0400'])).toBe('secret-told')
  })

  it('finds that somebody gets what they must not', () => {
    const nobody = requestOf('getTask', '/v1/tasks/1', { actor: { name: 'nobody' } })
    expect(verdict(nobody, ok(200, task))).toBe('wrong-access')
    expect(verdict(nobody, problem(403, 'forbidden'))).toBe('wrong-access')
    expect(verdict(nobody, problem(401, 'unauthorized'))).toBe('undocumented')
  })

  it.each([
    ['/v1/tasks', '{"title":""}', 'application/json'],
    ['/v1/tasks', '{"title":"A task","x":1}', 'application/json'],
    ['/v1/tasks', '{"title":', 'application/json'],
    ['/v1/tasks', '{"title":"A task"}', 'text/plain'],
    ['/v1/tasks?x=1', '{"title":"A task"}', 'application/json'],
  ])('finds that what is invalid is accepted: %s %s %s', (target, text, type) => {
    const request = requestOf('createTask', target, {
      body: Buffer.from(text),
      headers: [['content-type', type]],
    })
    const answer = ok(201, { message: 'Task created successfully', task })
    const located = { ...answer, headers: { ...answer.headers, location: '/v1/tasks/1' } }
    expect(verdict(request, located)).toBe('accepted-invalid')
  })

  it('finds that what is valid is too large', () => {
    const body = Buffer.from('{"title":"A task"}')
    const headers = [['content-type', 'application/json']] as const
    const request = requestOf('createTask', '/v1/tasks', { body, headers })
    expect(verdict(request, problem(413, 'body_too_large'))).toBe('refused-valid')
  })

  it('allows for HTTP itself where a request is odd', () => {
    expect(verdict({ ...getTask, odd: true }, problem(431, 'headers_too_large'))).toBeUndefined()
    expect(verdict(getTask, problem(431, 'headers_too_large'))).toBe('undocumented')
  })
})
