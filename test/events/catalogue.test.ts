import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { events } from '../../src/events/catalogue.ts'
import { createTestDatabase, type TestDatabase } from '../setup/database.ts'

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

const outboxEvents = Object.entries(events)
  .filter(([, event]) => 'coalesced' in event)
  .map(([name]) => name)
  .sort()

/** What writes outbox rows besides the triggers. */
const WRITERS = ['src/features/analytics/repair-drift.ts', 'src/features/mail/request-mails.ts']

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

describe('the catalogue', () => {
  it('has exactly the events that the outbox accepts', async () => {
    const [row] = await database.query<{ definition: string }>(
      `SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname = 'outbox_type_check'`,
    )
    const taken = [...(row?.definition ?? '').matchAll(/'([a-z_.]+)'/g)].map(([, name]) => name)
    expect(taken.sort()).toEqual(outboxEvents)
  })

  it('names each event as its writer does', async () => {
    const files = (await readdir(root('prisma/functions'), { recursive: true }))
      .filter((file) => file.endsWith('.sql'))
      .map((file) => `prisma/functions/${file}`)
    const texts = await Promise.all(
      [...files, ...WRITERS].map((file) => readFile(root(file), 'utf8')),
    )
    for (const name of outboxEvents) {
      expect([name, texts.some((text) => text.includes(`'${name}'`))]).toEqual([name, true])
    }
  })

  it('gives each consumer a single payload', () => {
    const payloads = new Map<string, unknown>()
    for (const { consumer, payload } of Object.values(events)) {
      expect([undefined, payload]).toContain(payloads.get(consumer))
      payloads.set(consumer, payload)
    }
  })
})
