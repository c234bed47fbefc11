import { readFile } from 'node:fs/promises'
import type { TObject, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { beforeAll, describe, expect, it } from 'vitest'
import { readDocument } from '../../openapi/generate/document.ts'
import { type GeneratedFiles, generate } from '../../openapi/generate/generate.ts'
import { asArray, asObject, type Json, type JsonObject } from '../../openapi/generate/json.ts'
import { generateOperations } from '../../openapi/generate/operations.ts'
import { generateSchemas } from '../../openapi/generate/schemas.ts'
import { type OperationId, operations } from '../../src/generated/operations.ts'
import * as schemas from '../../src/generated/schemas.ts'

const ENTRY = new URL('../../openapi/openapi.yaml', import.meta.url).pathname
const generated: Readonly<Record<string, TSchema>> = schemas

/** A node and its place, for each node of a tree. */
function* walk(node: Json, at: readonly string[] = []): Generator<[JsonObject, readonly string[]]> {
  if (node === null || typeof node !== 'object') return
  if (!Array.isArray(node)) yield [node as JsonObject, at]
  for (const [key, value] of Object.entries(node)) {
    // What stands in an example is data, whatever its keys are called.
    if (key === 'example' || key === 'examples') continue
    yield* walk(value as Json, [...at, key])
  }
}

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

describe('the document', () => {
  let document: JsonObject
  let components: Readonly<Record<string, JsonObject>>
  beforeAll(async () => {
    document = await readDocument(ENTRY)
    components = document.components as unknown as typeof components
  })

  /** The generated schema of a place under `components.schemas`, such as `User`, `properties`, `age`. */
  const generatedAt = (path: readonly string[]): TSchema => {
    const found = path.reduce<unknown>((node, key) => (node as JsonObject)[key], generated)
    if (found === undefined) throw new Error(`nothing is generated for ${path.join('/')}`)
    return found as TSchema
  }

  const componentOf = (reference: Json): JsonObject => {
    const [, , kind = '', name = ''] = String(asObject(reference, '').$ref).split('/')
    return asObject(components[kind]?.[name], name)
  }

  const refused = (schema: TSchema, value: unknown) => [...Compile(schema).Errors(value)]

  it('has schemas whose examples are valid', () => {
    let count = 0
    for (const [node, at] of walk(components.schemas ?? {})) {
      if (!Array.isArray(node.examples)) continue
      for (const example of node.examples as Json[]) {
        expect(refused(generatedAt(at), example), at.join('/')).toEqual([])
        count++
      }
    }
    expect(count).toBeGreaterThan(90)
  })

  it('describes each schema and property, and shows an example of each component', () => {
    for (const [name, schema] of Object.entries(components.schemas ?? {})) {
      expect(asObject(schema, name), name).toHaveProperty('examples')
      expect(asObject(schema, name), name).toHaveProperty('description')
    }
    for (const [node, at] of walk(components.schemas ?? {})) {
      if (at.at(-2) !== 'properties' || node.$ref !== undefined) continue
      expect(node, at.join('/')).toHaveProperty('description')
    }
  })

  it('has bodies whose examples are valid', () => {
    let count = 0
    for (const [node, at] of walk({ paths: document.paths ?? null, ...components })) {
      if (at.at(-2) !== 'content') continue
      const name = String(asObject(node.schema, '').$ref).split('/').at(-1) ?? ''
      for (const example of Object.values(asObject(node.examples, ''))) {
        const { value } = asObject(example, '')
        expect(generated, name).toHaveProperty(name)
        expect(refused(generatedAt([name]), value), at.join('/')).toEqual([])
        count++
      }
    }
    expect(count).toBeGreaterThan(50)
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

  it('has parameters whose examples are valid', () => {
    const parts = { path: 'params', query: 'querystring', header: 'headers' } as const
    let count = 0
    for (const pathItem of Object.values(asObject(document.paths, ''))) {
      const { parameters: ofPath, ...methods } = asObject(pathItem, '')
      for (const operation of Object.values(methods)) {
        const { operationId: id, parameters } = asObject(operation, '')
        const schemas: Partial<Record<string, TSchema>> = operations[id as OperationId].schema
        for (const given of [...asArray(ofPath, ''), ...asArray(parameters, '')]) {
          const { name, in: place, style, example } = componentOf(given)
          const part = schemas[parts[place as keyof typeof parts]] as TObject
          if (style === 'form') {
            // Its members are the parameters.
            const free = (part as { additionalProperties?: TSchema })
              .additionalProperties as TSchema
            for (const member of Object.values(asObject(example, ''))) {
              expect(refused(free, member), `${id} ${name}`).toEqual([])
            }
            continue
          }
          const property = part.properties[String(name).toLowerCase()] as TSchema
          expect(property, `${id} ${name}`).toBeDefined()
          expect(refused(property, example), `${id} ${name}`).toEqual([])
          count++
        }
      }
    }
    expect(count).toBeGreaterThan(30)
  })

  it('has headers whose examples are valid', () => {
    for (const [name, node] of Object.entries(components.headers ?? {})) {
      const { schema, example } = asObject(node, name)
      expect(refused(schema as TSchema, example), name).toEqual([])
    }
  })

  it('says of each schema what the generated one enforces', () => {
    for (const [name, schema] of Object.entries(components.schemas ?? {})) {
      const code = generated[name] as unknown as Json
      expect(enforced(code), name).toEqual(enforced(inlined(schema)))
    }
  })

  /** What members without a name of their own may be. */
  const membersOf = (given: Json): Json => (typeof given === 'object' ? enforced(given) : given)

  /** A schema with its references put in place. */
  function inlined(node: Json): Json {
    if (node === null || typeof node !== 'object') return node
    if (Array.isArray(node)) return (node as readonly Json[]).map(inlined)
    const schema = node as JsonObject
    if (schema.$ref !== undefined) return inlined(componentOf(schema))
    return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, inlined(value)]))
  }

  /** What of a schema decides about validity. The type of a constant is the constant's. */
  function enforced(given: Json): Json {
    const { patternProperties, ...schema } = asObject(given, '')
    if (patternProperties !== undefined) {
      // Members of any name are a record in the code.
      const [additionalProperties] = Object.values(asObject(patternProperties, ''))
      return enforced({ ...schema, additionalProperties: additionalProperties as Json })
    }
    const { properties, items, anyOf, required, type, additionalProperties, ...limits } = schema
    const ignored = ['title', 'description', 'examples', 'x-validate-items']
    const members = Object.entries(asObject(properties, '')).map(([name, property]) => [
      name,
      enforced(property),
    ])
    return {
      ...Object.fromEntries(Object.entries(limits).filter(([key]) => !ignored.includes(key))),
      ...(type === undefined || 'const' in limits ? {} : { type }),
      ...(items === undefined ? {} : { items: enforced(items) }),
      ...(additionalProperties === undefined
        ? {}
        : { additionalProperties: membersOf(additionalProperties) }),
      ...(anyOf === undefined ? {} : { anyOf: (anyOf as Json[]).map(enforced) }),
      required: [...((required ?? []) as string[])].toSorted(),
      properties: Object.fromEntries(members),
    }
  }
})
