import type { TObject, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { beforeAll, describe, expect, it } from 'vitest'
import { readDocument } from '../../openapi/generate/document.ts'
import { asArray, asObject, type Json, type JsonObject } from '../../openapi/generate/json.ts'
import { ANNOTATIONS } from '../../openapi/generate/typebox.ts'
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

  it('has each tag in one group', () => {
    const groups = asArray(document['x-tagGroups'], '').map((group) => asObject(group, ''))
    const grouped = groups.flatMap((group) => asArray(group.tags, ''))
    const tags = asArray(document.tags, '').map((tag) => asObject(tag, '').name ?? null)
    expect(grouped.toSorted()).toEqual(tags.toSorted())
  })

  it('writes out strings and numbers that may be null', () => {
    const nullable = [...walk(components.schemas ?? {})].flatMap(([{ anyOf }, at]) =>
      JSON.stringify(anyOf ?? null).includes('{"type":"null"')
        ? asArray(anyOf, '').map((member) => [at.join('/'), asObject(member, '').$ref ?? null])
        : [],
    )
    expect(nullable.length).toBeGreaterThan(60)
    for (const [at, $ref] of nullable) {
      if ($ref === null) continue
      const { type, enum: values } = componentOf({ $ref: $ref ?? null })
      expect(type === 'object' || values !== undefined, String(at)).toBe(true)
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

  it('has parameters whose examples are valid', () => {
    const parts = { path: 'params', query: 'querystring', header: 'headers' } as const
    let count = 0
    for (const pathItem of Object.values(asObject(document.paths, ''))) {
      const { parameters: ofPath, ...methods } = asObject(pathItem, '')
      for (const operation of Object.values(methods)) {
        const { operationId: id, parameters } = asObject(operation, '')
        const schemas: Partial<Record<string, TSchema>> = operations[id as OperationId].schema
        for (const given of [...asArray(ofPath, ''), ...asArray(parameters, '')]) {
          const { name, in: place, style, example, schema } = componentOf(given)
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
          // Optional parameters come empty where the document is tried out: their examples stand with the schema.
          const ofParameter = example === undefined ? [] : [example]
          const examples = asArray(asObject(schema, '').examples ?? ofParameter, '')
          for (const each of examples) {
            expect(refused(property, each), `${id} ${name}`).toEqual([])
            count++
          }
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
    const { properties, items, oneOf, required, type, additionalProperties, ...limits } = schema
    // Members that a discriminator tells apart exclude each other anyhow.
    const { anyOf = oneOf, ...others } = limits
    const ignored: readonly string[] = [...ANNOTATIONS, 'discriminator', 'x-validate-items']
    const members = Object.entries(asObject(properties, '')).map(([name, property]) => [
      name,
      enforced(property),
    ])
    return {
      ...Object.fromEntries(Object.entries(others).filter(([key]) => !ignored.includes(key))),
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
