import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBlocker } from '../setup/figures.ts'
import { waitForLock } from '../setup/lock.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

/** What the contract gives an answer. */
const MAX_MS = 5_000
/** As many connections as requests have in these tests, and more requests. */
const POOL_SIZE = 6
const REQUESTS = 10

let service: TestService
let staff: Account

beforeAll(async () => {
  service = await startTestService({ worker: true, env: { DATABASE_POOL_SIZE: `${POOL_SIZE}` } })
  staff = await service.createAccount('staff')
})
afterAll(() => service.close())

async function createTask() {
  const since = performance.now()
  const { status, body, headers } = await service.call('createTask', {
    token: staff.token,
    body: { title: 'Waits for a lock' },
  })
  return { status, code: body.code, headers, milliseconds: performance.now() - since }
}

describe('requests that all wait for a lock', () => {
  it('are answered with overloaded within 5 s, and keep no figures from coming', async () => {
    const customer = await service.createCustomer(staff.token)
    const blocker = await openBlocker(service.database.url, 'tasks')
    const answers = Array.from({ length: REQUESTS }, createTask)
    await waitForLock(service, POOL_SIZE)
    let answered = false
    void Promise.all(answers).then(() => {
      answered = true
    })
    await service.database.query(
      `INSERT INTO transactions
         (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
       SELECT $1, '', now(), 5, 'credit', 'USD'`,
      [customer.id],
    )
    await service.settled()
    expect(answered).toBe(false)

    for (const { status, code, headers, milliseconds } of await Promise.all(answers)) {
      expect([status, code]).toEqual([503, 'overloaded'])
      expect(headers['retry-after']).toBe('1')
      expect(milliseconds).toBeLessThan(MAX_MS)
    }
    expect(service.services.watch.away).toBe(false)
    await blocker.release()
    expect((await createTask()).status).toBe(201)
  })
})
