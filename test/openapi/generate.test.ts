import { readFile } from 'node:fs/promises'
import { Compile } from 'typebox/compile'
import { beforeAll, describe, expect, it } from 'vitest'
import { type GeneratedFiles, generate } from '../../openapi/generate/generate.ts'
import { asObject, type Json, type JsonObject } from '../../openapi/generate/json.ts'
import { generateOperations } from '../../openapi/generate/operations.ts'
import { generateSchemas } from '../../openapi/generate/schemas.ts'
import { operations } from '../../src/generated/operations.ts'
import * as schemas from '../../src/generated/schemas.ts'

const ENTRY = new URL('../../openapi/openapi.yaml', import.meta.url).pathname

const withSchemas = (components: JsonObject): JsonObject => ({
  components: { schemas: components },
})

const withOperation = (operation: JsonObject): JsonObject => ({
  security: [{ bearerAuth: [] }],
  paths: { '/v1/things': { get: operation } },
  components: {
    responses: { Done: { description: 'Done.' } },
    parameters: {
      ...Object.fromEntries(
        ['Idempotency-Key', 'If-Match', 'If-None-Match'].map((name) => [
          name,
          { name, in: 'header', required: false, schema: { type: 'string', maxLength: 9 } },
        ]),
      ),
      Formed: {
        name: 'formed',
        in: 'query',
        schema: { type: 'string', pattern: 'a', maxLength: 9 },
      },
      Styled: { name: 'styled', in: 'query', style: 'form', schema: { type: 'string' } },
      Free: {
        name: 'free',
        in: 'query',
        style: 'form',
        explode: true,
        schema: { type: 'object', additionalProperties: { type: 'string', maxLength: 9 } },
      },
    },
    schemas: { Scope: { type: 'string', enum: ['things:read'] } },
  },
})

const done = { $ref: '#/components/responses/Done' }
const responses = { '204': done, '429': done }
const taking = (header: string) => ({
  operationId: 'a',
  security: [],
  responses,
  parameters: [{ $ref: `#/components/parameters/${header}` }],
})
describe('the generator refuses', () => {
  it.each([
    ['members without a discriminator', { oneOf: [{ type: 'string' }] }, 'needs a discriminator'],
    [
      'a discriminator that maps other members',
      { oneOf: [{ type: 'string' }], discriminator: { propertyName: 'type', mapping: {} } },
      'a mapping for each member',
    ],
    [
      'an unknown keyword',
      { type: 'string', contentEncoding: 'base64' },
      'unknown keyword contentEncoding',
    ],
    ['a keyword of another type', { type: 'string', minimum: 1 }, 'unknown keyword minimum'],
    ['an unknown extension', { type: 'string', 'x-secret': true }, 'unknown keyword x-secret'],
    ['an unknown format', { type: 'string', format: 'e-mail' }, 'unknown format e-mail'],
    ['a list of types', { type: ['string', 'null'] }, 'unsupported type ["string","null"]'],
    ['no type at all', { description: 'Anything.' }, 'unsupported type (none)'],
    ['a combination it cannot express', { allOf: [] }, 'unsupported type (none)'],
    [
      'a limit beside a reference',
      { $ref: '#/components/schemas/B', minLength: 1 },
      'unknown keyword minLength',
    ],
    ['a reference to nothing', { $ref: '#/components/schemas/C' }, 'there is no such schema'],
    [
      'a required property that is unknown',
      { type: 'object', required: ['a'] },
      'a is required but unknown',
    ],
  ])('%s', (_, schema, reason) => {
    const document = withSchemas({ Thing: schema as JsonObject, B: { type: 'string' } })
    expect(() => generateSchemas(document)).toThrow(reason)
    expect(() => generateSchemas(document)).toThrow(/^openapi\.yaml#\/components\/schemas\/\w+/)
  })

  it('a schema that refers back to itself', () => {
    const document = withSchemas({
      A: { type: 'array', items: { $ref: '#/components/schemas/B' } },
      B: { type: 'object', properties: { a: { $ref: '#/components/schemas/A' } } },
    })
    expect(() => generateSchemas(document)).toThrow('the reference is cyclic (A -> B -> A)')
  })

  it('unchecked items that are not those of a whole body', () => {
    const document = withSchemas({
      A: { type: 'array', items: { type: 'string' }, 'x-validate-items': 'handler' },
      B: { type: 'object', properties: { a: { $ref: '#/components/schemas/A' } } },
    })
    expect(() => generateSchemas(document)).toThrow('items left to the handler')
  })

  it.each([
    ['without operationId', { security: [], responses }, 'an operation needs an operationId'],
    [
      'both public and with roles',
      { operationId: 'a', security: [], 'x-roles': ['user'], responses },
      'a public operation (security: []) has no roles and scopes',
    ],
    [
      'with a scope that does not exist',
      { operationId: 'a', 'x-scopes': ['things:paint'], responses },
      'no scope things:paint',
    ],
    ['without success', { operationId: 'a', security: [], responses: {} }, 'needs a 2xx response'],
    [
      'that is limited without saying so',
      { operationId: 'a', security: [], responses: { '204': done } },
      'must document 429',
    ],
    [
      'with a limit there is not',
      { operationId: 'a', security: [], 'x-rate-limit': 'loose', responses },
      'there is no rate limit loose',
    ],
    [
      'with an action that is no name',
      { operationId: 'a', security: [], 'x-audit': 'Delete', responses },
      'an action is named like user.delete',
    ],
    [
      'with an unknown word on its audit entries',
      { operationId: 'a', security: [], 'x-audit': { action: 'a.b', sometimes: true }, responses },
      'unknown keyword sometimes',
    ],
    ['that can be repeated without saying so', taking('Idempotency-Key'), 'must document 409'],
    ['that compares without saying so', taking('If-Match'), 'must document 412'],
    ['that saves reading without saying so', taking('If-None-Match'), 'must document 304'],
    ['with a form without words', taking('Formed'), 'needs x-expected'],
    ['with a style that changes nothing', taking('Styled'), 'only exploded objects'],
    [
      'with an unknown keyword',
      { operationId: 'a', security: [], responses, callbacks: {} },
      'unknown keyword callbacks',
    ],
    [
      'with a response given in place',
      { operationId: 'a', security: [], responses: { '204': {} } },
      'must be a reference to a component',
    ],
  ])('an operation %s', (_, operation, reason) => {
    expect(() => generateOperations(withOperation(operation as JsonObject))).toThrow(reason)
  })

  it('a path parameter that is not described', () => {
    const document = withOperation({ operationId: 'a', security: [], responses })
    const paths = { '/v1/things/{id}': asObject(document.paths, '')['/v1/things'] as Json }
    expect(() => generateOperations({ ...document, paths })).toThrow('its path parameters')
  })
})

it('gives a response of several media types a schema for each', () => {
  const document = withOperation({ operationId: 'a', security: [], responses })
  const schema = (name: string) => ({ schema: { $ref: `#/components/schemas/${name}` } })
  const content = { 'application/json': schema('File'), 'text/csv': schema('Lines') }
  const text = generateOperations({
    ...document,
    components: { responses: { Done: { description: 'Done.', content } } },
  })
  expect(text.replaceAll(/\s+/g, ' ')).toContain(
    "204: { content: { 'application/json': { schema: S.File, }, 'text/csv': { schema: S.Lines, }, }, },",
  )
})

it('allows nobody what does not say who may call it', () => {
  const text = generateOperations(withOperation({ operationId: 'a', responses }))
  expect(text).toContain('public: false,\n  roles: [],\n  scopes: [],\n')
})

it('leaves a query open to what an object of parameters describes', () => {
  const code = generateOperations(withOperation(taking('Free') as JsonObject))
  const text = 'Type.String({ maxLength: 9 })'
  expect(code).toContain(`querystring: Type.Object({}, { additionalProperties: ${text} })`)
  const closed = generateOperations(
    withOperation({ ...taking('If-Match'), responses: { ...responses, '412': done } }),
  )
  expect(closed).toContain('querystring: Type.Object({}, { additionalProperties: false })')
})

describe('the generated files', () => {
  let files: GeneratedFiles
  beforeAll(async () => {
    files = await generate(ENTRY)
  })

  it('are the same each time', async () => {
    expect(await generate(ENTRY)).toEqual(files)
  })

  it.each(['openapi.json', 'schemas.ts', 'operations.ts'] as const)(
    '%s is up to date',
    async (name) => {
      const committed = new URL(`../../src/generated/${name}`, import.meta.url)
      expect(files[name]).toBe(await readFile(committed, 'utf8'))
    },
  )

  it('leave the items of a bulk request to the handler', () => {
    const { body } = operations.bulkCreateTransactions.schema
    expect(Compile(body).Check({ transactions: [{ colour: 'red' }] })).toBe(true)
    expect(Compile(body).Check({ transactions: [] })).toBe(false)
    expect(Compile(schemas.TransactionBulkCreate).Check({ transactions: [{}] })).toBe(false)
  })
})
