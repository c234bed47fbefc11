import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { taskView } from '../../../src/features/tasks/tasks.view.ts'
import { withVersion } from '../../../src/http/versions/versions.ts'
import { changedDocument, createOwnApi } from '../../setup/http/own-api.ts'
import { expectProblem } from '../../setup/http/problem.ts'
import { type Account, startTestService, type TestService } from '../../setup/service.ts'

/** The document with a task of another shape below /v2, which takes the place of that below /v1. */
const ofTwoVersions = () =>
  changedDocument(({ paths, components }) => {
    const announced = {
      Deprecation: { $ref: '#/components/headers/Deprecation' },
      Sunset: { $ref: '#/components/headers/Sunset' },
    }
    const { TaskFound, TaskNotFound } = components.responses
    components.schemas.TaskV2 = {
      type: 'object',
      required: ['id', 'headline'],
      properties: {
        id: { $ref: '#/components/schemas/Id' },
        headline: { $ref: '#/components/schemas/TaskTitle' },
      },
    }
    const schema = { $ref: '#/components/schemas/TaskV2' }
    const content = { 'application/json': { schema } }
    components.responses.TaskFoundV2 = { ...structuredClone(TaskFound), content }
    Object.assign(TaskFound.headers, announced)
    Object.assign(TaskNotFound.headers, announced)
    const { parameters, get } = paths['/v1/tasks/{id}']
    const responses = { ...get.responses, 200: { $ref: '#/components/responses/TaskFoundV2' } }
    paths['/v2/tasks/{id}'] = { parameters, get: { ...get, operationId: 'getTaskV2', responses } }
    Object.assign(get, {
      deprecated: true,
      'x-deprecated-since': '2026-11-01',
      'x-sunset': '2027-11-01',
      'x-successor': '/v2/tasks/{id}',
    })
  })

let service: TestService
let app: FastifyInstance
let user: Account
let id: number

beforeAll(async () => {
  service = await startTestService()
  user = await service.createAccount()
  const { tasks } = service.services
  app = await createOwnApi(service, await ofTwoVersions(), (handle, operationOf) => {
    handle(operationOf('getTask', 'getTask'), async ({ caller, params }) =>
      taskView(await tasks.get(caller, params.id)),
    )
    handle(operationOf('getTaskV2', 'getTask'), async ({ caller, params }) => {
      const { id, title: headline } = taskView(await tasks.get(caller, params.id))
      return { id, headline } as never
    })
  })
  const { body } = await service.call('createTask', { token: user.token, body: { title: 'Call' } })
  id = body.task.id
})
afterAll(async () => {
  await app.close()
  await service.close()
})

const get = (url: string, token = user.token) =>
  app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${token}` } })

describe('/v2 beside /v1', () => {
  it('has an operation of its own, with its own answer', async () => {
    const answer = await get(`/v2/tasks/${id}`)
    expect([answer.statusCode, answer.json()]).toEqual([200, { id, headline: 'Call' }])
    expect(answer.headers).not.toHaveProperty('deprecation')
  })

  it.each(['/v1', ''])('leaves that at "%s" as it is, and says what follows it', async (base) => {
    const { statusCode, headers, json } = await get(`${base}/tasks/${id}`)
    expect([statusCode, json().title]).toEqual([200, 'Call'])
    expect(headers).toMatchObject({
      deprecation: '@1793491200',
      sunset: 'Mon, 01 Nov 2027 00:00:00 GMT',
      link: `</v2/tasks/${id}>; rel="successor-version"`,
    })
  })

  it('has all that holds of operations: access, errors, entity tags', async () => {
    expectProblem(await get(`/v2/tasks/${id}`, 'nonsense'), 401, 'unauthorized')
    expectProblem(await get('/v2/tasks/987654321'), 404, 'not_found')
    expectProblem(await get(`/v2/tasks/${id}?colour=red`), 422, 'validation_failed')
    const { etag } = (await get(`/v2/tasks/${id}`)).headers
    expect(etag).not.toBe((await get(`/v1/tasks/${id}`)).headers['etag'])
  })

  it.each(['/v2/me', '/v2', '/v3/tasks/1'])('has nothing else: %s', async (url) => {
    expectProblem(await get(url), 404, 'not_found')
  })
})

describe('withVersion', () => {
  it.each([
    ['/tasks/7', '/v1/tasks/7'],
    ['/v10x', '/v1/v10x'],
    ['/v0/tasks', '/v1/v0/tasks'],
    ['/healthy', '/v1/healthy'],
  ])('gives %s the current version', (url, versioned) => {
    expect(withVersion(url)).toBe(versioned)
  })

  it.each([
    '/',
    '/?x=1',
    '/v1/tasks',
    '/v2/tasks?x=1',
    '/v10',
    '/health/live',
    '/openapi.json',
    '/docs',
    '/console/app.js',
  ])('leaves %s', (url) => expect(withVersion(url)).toBe(url))
})
