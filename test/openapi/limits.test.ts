import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../openapi/generate/json.ts'
import { generateOperations } from '../../openapi/generate/operations.ts'
import { operations } from '../../src/generated/operations.ts'

const done = { $ref: '#/components/responses/Done' }

/** A document whose one operation has what is given. */
const withOperation = (more: JsonObject, schemas: JsonObject = {}): JsonObject => ({
  paths: {
    '/v1/things': {
      post: {
        operationId: 'makeThing',
        security: [],
        responses: { '204': done, '429': done },
        ...more,
      },
    },
  },
  components: {
    responses: { Done: { description: 'Done.' } },
    schemas: { Scope: { type: 'string', enum: ['things:read'] }, ...schemas },
  },
})

/** A document whose one operation takes a body. */
const taking = (body: JsonObject, limit?: number, type = 'application/json'): JsonObject =>
  withOperation(
    {
      ...(limit !== undefined && { 'x-body-limit': limit }),
      requestBody: {
        required: true,
        content: { [type]: { schema: { $ref: '#/components/schemas/Body' } } },
      },
    },
    { Body: body },
  )

const text = { type: 'string', maxLength: 9 }
const object = (properties: JsonObject): JsonObject => ({
  type: 'object',
  additionalProperties: false,
  properties,
})

describe('a form', () => {
  const FORM = 'application/x-www-form-urlencoded'

  it('is a body, of which each byte may take three', () => {
    const generated = generateOperations(taking(object({ a: text }), 200, FORM))
    expect(generated).toContain('takesForm: true')
    expect(generated).toContain('body: S.Body')
    const form = taking(object({ a: text }), 100, FORM)
    expect(() => generateOperations(form)).toThrow('a valid body can have 135 bytes')
  })

  it('has texts alone', () => {
    const form = taking(object({ a: { type: 'boolean' } }), 200, FORM)
    expect(() => generateOperations(form)).toThrow('fields of type string, which a is not')
  })

  it('and JSON are not taken by the same operation', () => {
    const form = { schema: { $ref: '#/components/schemas/Body' } }
    const content = { [FORM]: form, 'application/json': form }
    const both = withOperation(
      { 'x-body-limit': 200, requestBody: { required: true, content } },
      { Body: object({ a: text }) },
    )
    expect(() => generateOperations(both)).toThrow('unknown keyword application/json')
  })
})

describe('the generator refuses what a request can send without end', () => {
  it.each([
    ['needs maxLength', { type: 'string' }],
    ['needs maxLength', { type: 'string', pattern: '^a$' }],
    ['needs maxItems', { type: 'array', items: { type: 'boolean' } }],
    ['needs maxLength', { type: 'array', maxItems: 2, items: { type: 'string' } }],
    ['needs maxLength', object({ a: { type: 'string' } })],
    ['needs maxLength', { anyOf: [{ type: 'null' }, { type: 'string' }] }],
    ['needs maximum', { type: 'integer', format: 'int32' }],
    ['needs a format', { type: 'integer', maximum: 9 }],
    [
      'needs a format that its maximum fits',
      { type: 'integer', format: 'int32', maximum: 2 ** 31 },
    ],
    ['additionalProperties: false', { type: 'object' }],
  ])('for it %s', (reason, schema) => {
    expect(() => generateOperations(taking(schema, 1e6))).toThrow(reason)
    expect(() => generateOperations(taking(schema, 1e6))).toThrow(/^openapi\.yaml#\//)
  })

  it('also in a parameter', () => {
    const document = withOperation({ parameters: [{ $ref: '#/components/parameters/Q' }] })
    const parameters = { Q: { name: 'q', in: 'query', schema: { type: 'string' } } }
    const components = { ...(document.components as JsonObject), parameters }
    expect(() => generateOperations({ ...document, components })).toThrow('needs maxLength')
  })
})

describe('the limit of a body', () => {
  it('has to be there, and to take the longest valid one', () => {
    const body = object({ name: text, tags: { type: 'array', maxItems: 2, items: text } })
    const longest = { name: '\u{1f600}'.repeat(9), tags: Array(2).fill('\u{1f600}'.repeat(9)) }
    const bytes = Buffer.byteLength(JSON.stringify(longest))
    expect(() => generateOperations(taking(body))).toThrow('needs x-body-limit')
    expect(() => generateOperations(taking(body, bytes - 1))).toThrow('a valid body can have')
    // Commas are counted behind the last member and item too.
    expect(generateOperations(taking(body, bytes + 2))).toContain(`bytes: ${bytes + 2}`)
  })

  it('is not given where there is no body', () => {
    expect(() => generateOperations(withOperation({ 'x-body-limit': 9 }))).toThrow('only JSON')
    expect(generateOperations(withOperation({}))).toContain('bodyLimits: null')
  })

  it('says how many values and items a body may hold', () => {
    const body = object({ name: text, tags: { type: 'array', maxItems: 7, items: text } })
    const code = generateOperations(taking(body, 1e6))
    // The object, the name, the list and its items, twice, and a hundred mistakes.
    expect(code).toContain('values: 120')
    expect(code).toContain('tags: 7')
  })

  it('is small where little can be meant', () => {
    expect(operations.login.bodyLimits.bytes).toBe(16_384)
    expect(operations.bulkCreateTransactions.bodyLimits.lists).toEqual({ transactions: 1000 })
  })
})
