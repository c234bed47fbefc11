import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operations } from '../../src/generated/operations.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { bodyOperations, hostileBodies } from './bodies.ts'
import { createDelays } from './delay.ts'

/** A partial bulk request tells of each of its items. */
const MAX_RESULTS_BYTES = 2 * 1024 * 1024
const MAX_PROBLEM_BYTES = 32 * 1024

/** Forms with as many parameters as a body can hold. */
const HOSTILE_FORMS: readonly (readonly [string, () => string])[] = [
  ['many parameters', () => Array.from({ length: 2_000 }, (_, at) => `p${at}=`).join('&')],
  ['one parameter again and again', () => Array(2_000).fill('scope=').join('&')],
  ['escapes', () => `username=${'%C3%A9'.repeat(2_000)}`],
  ['separators', () => '&'.repeat(16_000)],
]

let service: TestService
let token: string
beforeAll(async () => {
  service = await startTestService()
  token = (await service.createAccount('admin')).token
})
afterAll(() => service.close())

describe('a hostile body', () => {
  it.each(bodyOperations)('of $id is refused, and keeps nobody waiting', async (operation) => {
    const delays = createDelays()
    const { method, url, takesForm } = operations[operation.id]
    const type = takesForm ? 'application/x-www-form-urlencoded' : 'application/json'
    const bodies = [...hostileBodies(operation), ...(takesForm ? HOSTILE_FORMS : [])]
    for (const [name, text] of bodies) {
      const payload = text()
      await delays.measure(name, async () => {
        const answer = await service.app.inject({
          method,
          payload,
          url: url.replace(/:\w+/g, '1'),
          headers: { 'content-type': type, authorization: `Bearer ${token}` },
        })
        if (answer.statusCode === 201) {
          expect(answer.json(), name).toMatchObject({ created: 0 })
          expect(answer.body.length, name).toBeLessThan(MAX_RESULTS_BYTES)
          return
        }
        const problem = answer.json()
        expect([400, 413, 422], `${name}: ${answer.body.slice(0, 500)}`).toContain(problem.status)
        if (problem.status === 413) {
          expect(problem.detail, name).toBe(
            `The request body is larger than ${operation.bytes} bytes`,
          )
        }
        if (payload.length > operation.bytes) expect(problem.status, name).toBe(413)
        if (problem.status === 422) {
          expect(problem.errors.length, name).toBeGreaterThan(0)
          expect(problem.errors.length, name).toBeLessThanOrEqual(100)
        }
        expect(answer.body.length, name).toBeLessThan(MAX_PROBLEM_BYTES)
      })
    }
    expect(delays.slow()).toEqual([])
  })
})
