import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import document from '../../src/generated/openapi.json' with { type: 'json' }
import * as schemas from '../../src/generated/schemas.ts'
import { createTestDatabase, type TestDatabase } from '../setup/database.ts'

const { components, webhooks } = document
const types: readonly string[] = components.schemas.EventType.enum
const generated: Readonly<Record<string, unknown>> = schemas

interface Webhook {
  readonly post: {
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': {
          readonly schema: { readonly allOf: readonly [{ readonly $ref: string }, unknown] }
          readonly examples: Readonly<Record<string, { readonly value: { readonly type: string } }>>
        }
      }
    }
  }
}

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

describe('the webhooks of the document', () => {
  it('are one for each type of event, with its schema and an example', () => {
    const { ping, ...ofEvents } = webhooks
    expect(ping).toBeDefined()
    expect(Object.keys(ofEvents)).toEqual(types)
    for (const [type, { post }] of Object.entries(ofEvents) as unknown as [string, Webhook][]) {
      const { schema, examples } = post.requestBody.content['application/json']
      const [event] = schema.allOf
      const name = event.$ref.split('/').at(-1) ?? ''
      const mapping: Readonly<Record<string, string>> =
        components.schemas.Event.discriminator.mapping
      expect(mapping[type]).toBe(event.$ref)
      for (const { value } of Object.values(examples)) {
        expect(value.type).toBe(type)
        expect([...Compile(generated[name] as TSchema).Errors(value)]).toEqual([])
        expect([...Compile(schemas.Event).Errors(value)]).toEqual([])
        expect([...Compile(schemas.WebhookTimestamp).Errors(value)]).toEqual([])
      }
    }
  })

  it('may be wanted by an endpoint', () => {
    expect(components.schemas.WebhookEventType.enum).toEqual(['*', ...types])
  })

  it.each(['pending_events', 'events'])('name the types that the table %s takes', async (table) => {
    const [row] = await database.query<{ definition: string }>(
      `SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname = $1`,
      [`${table}_type_check`],
    )
    const taken = [...(row?.definition ?? '').matchAll(/'([a-z_.]+)'/g)].map(([, name]) => name)
    expect(taken).toEqual(types)
  })
})
