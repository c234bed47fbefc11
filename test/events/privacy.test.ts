import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { readOutbox } from '../setup/rows.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'
import { startWorker } from '../setup/worker.ts'

/** The worker starts late, so that the test can inspect waiting jobs. */
let service: TestService
let staff: Account

const NAME = 'Zebedee Quillfeather'
const EMAIL = 'zebedee.quillfeather@customers.example'
const AMOUNT = '73915.28'
const SECRETS = /zebedee|quillfeather|73915|secret memo|secret-reference/i

beforeAll(async () => {
  service = await startTestService()
  staff = await service.createAccount('staff')
})
afterAll(() => service.close())

/** Every row of every table in a schema, as one text. */
async function dump(schema: string): Promise<string> {
  const tables = await service.database.query<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = $1",
    [schema],
  )
  const texts = []
  for (const { name } of tables) {
    const rows = await service.database.query<{ text: string }>(
      `SELECT row::text AS text FROM ${name} AS row`,
    )
    texts.push(...rows.map(({ text }) => text))
  }
  return texts.join('\n')
}

const waitingJobs = (requestId: string) =>
  service.database.query<{ data: unknown }>(
    `SELECT data FROM bullmq.job
     WHERE name = 'recomputeStatistics' AND data ->> 'request_id' = $1`,
    [requestId],
  )

it('passes nothing but ids through outbox and queue, also for requests', async () => {
  const customer = await service.createCustomer(staff.token, { name: NAME, email: EMAIL })
  const booked = await service.call('createTransaction', {
    token: staff.token,
    headers: { 'x-request-id': 'the-booking' },
    body: {
      user_id: customer.id,
      transaction_date: '2026-03-01',
      transaction_amount: AMOUNT,
      transaction_type: 'credit',
      full_name: NAME,
      description: 'secret memo',
      reference: 'secret-reference',
    },
  })
  expect(booked.status).toBe(201)
  await vi.waitFor(async () => {
    expect(await waitingJobs('the-booking')).toEqual([
      { data: { user_ids: [customer.id], request_id: 'the-booking' } },
    ])
  })
  expect(await readOutbox(service.database, customer.id)).toMatchObject([
    { request_id: 'the-booking', sent: true },
  ])
  expect(await dump('bullmq')).not.toMatch(SECRETS)
  const outbox = await service.database.query('SELECT outbox::text FROM outbox')
  expect(outbox.length).toBeGreaterThan(1)
  expect(outbox.map((row) => row['outbox']).join()).not.toMatch(SECRETS)

  await service.services.analytics.recompute([customer.id])
  await service.call('deleteTransaction', {
    params: { id: booked.body.id },
    token: staff.token,
    headers: { 'x-request-id': 'the-deletion' },
  })
  await vi.waitFor(async () => expect(await waitingJobs('the-deletion')).toHaveLength(1))

  const worker = await startWorker(service)
  await service.settled()
  await worker.close()
  expect(await dump('bullmq')).not.toMatch(SECRETS)
})

it('stores names and addresses encrypted everywhere in the database', async () => {
  const customer = await service.createCustomer(staff.token, {
    name: 'Peregrine Oddsocks',
    email: 'peregrine.oddsocks@customers.example',
  })
  await service.createTransaction(staff.token, { user_id: customer.id })
  const text = await dump('public')
  expect(text).toContain(`(${customer.id},`)
  expect(text).not.toMatch(/peregrine|oddsocks/i)
  for (const word of ['Peregrine', 'peregrine', 'Oddsocks', 'oddsocks']) {
    expect(text).not.toContain(Buffer.from(word).toString('hex'))
  }
})
