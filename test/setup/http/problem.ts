import { expect } from 'vitest'

interface RawAnswer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, unknown>>
  json(): Record<string, unknown>
}

/** Expects a complete problem+json with this status and code, and with the request's id. */
export function expectProblem(answer: RawAnswer, status: number, code: string): void {
  expect(answer.statusCode).toBe(status)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer.json()).toMatchObject({
    status,
    code,
    type: `urn:passbook:problem:${code}`,
    title: expect.stringMatching(/^[A-Z]/),
    detail: expect.stringMatching(/^[A-Z]/),
    request_id: answer.headers['x-request-id'],
  })
  expect(answer.json()['request_id']).toMatch(/^\S{1,128}$/)
}
