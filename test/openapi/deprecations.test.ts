import { describe, expect, it } from 'vitest'
import { generateOperations } from '../../openapi/generate/operations.ts'
import { changedDocument } from '../setup/http/own-api.ts'

const DATES = { 'x-deprecated-since': '2026-11-01', 'x-sunset': '2027-11-01' }
const DEPRECATED = { deprecated: true, ...DATES }

/** Generates the document with something deprecated: an operation, one of its parameters, or a field of its body. */
async function generateWith(
  { operation = {}, page = {}, due_date = {}, id = {} }: Readonly<Record<string, object>>,
  responses: 'announcing' | 'as they are' = 'announcing',
): Promise<string> {
  const document = await changedDocument(({ paths, components }) => {
    if (responses === 'announcing') {
      for (const response of Object.values<{ headers?: object }>(components.responses)) {
        response.headers = { ...response.headers, Deprecation: {}, Sunset: {} }
      }
    }
    Object.assign(paths['/v1/tasks/{id}'].get, operation)
    Object.assign(components.parameters.Page, page)
    Object.assign(components.parameters.TaskId, id)
    Object.assign(components.schemas.TaskCreate.properties.due_date, due_date)
  })
  return generateOperations(document)
}

describe('what is deprecated', () => {
  it.each([
    ['without dates', { operation: { deprecated: true } }, 'needs x-deprecated-since'],
    ['without a sunset', { operation: { ...DEPRECATED, 'x-sunset': undefined } }, 'needs x-sunset'],
    ['without dates of a parameter', { page: { deprecated: true } }, 'needs x-deprecated-since'],
    ['without dates of a field', { due_date: { deprecated: true } }, 'needs x-deprecated-since'],
    ['with dates alone', { operation: DATES }, 'this is not deprecated'],
    ['with a date of none', { page: { ...DEPRECATED, 'x-sunset': '2027-02-30' } }, 'is not a date'],
    [
      'that goes before it is deprecated',
      { operation: { ...DEPRECATED, 'x-sunset': '2026-10-31' } },
      'comes before x-deprecated-since',
    ],
    [
      'with a successor that is not there',
      { operation: { ...DEPRECATED, 'x-successor': '/v2/tasks/{id}' } },
      '/v2/tasks/{id} does not follow from this path',
    ],
    [
      'with a successor of other parameters',
      { operation: { ...DEPRECATED, 'x-successor': '/v1/users/{id}/employments/{eid}' } },
      'does not follow from this path',
    ],
    ['as a part of a path', { id: DEPRECATED }, 'a part of a path cannot be deprecated'],
    [
      'with a default',
      { due_date: { ...DEPRECATED, default: '2026-01-01' } },
      'a deprecated field has no default',
    ],
  ])('is refused %s', async (_, change, reason) => {
    await expect(generateWith(change as Record<string, object>)).rejects.toThrow(reason)
  })

  it('is refused where its answers do not say so', async () => {
    await expect(generateWith({ operation: DEPRECATED }, 'as they are')).rejects.toThrow(
      '/components/responses/TaskFound: an answer to deprecated use has Deprecation',
    )
  })

  it('is in the constants of the operations that have it', async () => {
    const successor = { 'x-successor': '/v1/tasks' }
    const code = await generateWith({ operation: { ...DEPRECATED, ...successor } })
    expect(code.match(/since: \d+/g)).toEqual(['since: 1793491200'])
    expect(code).toContain("sunset: 'Mon, 01 Nov 2027 00:00:00 GMT'")
    expect(code).toContain("successor: '/v1/tasks'")
    expect(
      (await generateWith({ page: DEPRECATED })).match(/in: 'query'/g)?.length,
    ).toBeGreaterThan(5)
    expect(await generateWith({ due_date: DEPRECATED })).toContain("path: ['due_date']")
  })
})
