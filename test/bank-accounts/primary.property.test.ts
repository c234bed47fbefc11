import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BankAccount } from '../../src/generated/schemas.ts'
import { newAccountNumber } from '../setup/account-numbers.ts'
import { type ChosenAction, chosenSteps } from '../setup/one-chosen.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let staff: Account

beforeAll(async () => {
  service = await startTestService()
  staff = await service.createAccount('staff')
})
afterAll(() => service.close())

const token = () => staff.token
const create = (id: number, is_primary: boolean) =>
  service.call('createBankAccount', {
    ...{
      params: { id },
      token: token(),
      body: { bank_name: 'Deccan Bank', account_number: newAccountNumber(), is_primary },
    },
  })
const update = (id: number, bid: number, is_primary: boolean, headers = {}) =>
  service.call('updateBankAccount', {
    ...{ params: { id, bid }, token: token(), body: { is_primary }, headers },
  })
const remove = (id: number, bid: number) =>
  service.call('deleteBankAccount', { params: { id, bid }, token: token() })

async function all(id: number): Promise<BankAccount[]> {
  const request = { params: { id }, token: token(), query: { per_page: 100 } }
  return (await service.call('listBankAccounts', request)).body
}
const primary = async (id: number) => (await all(id)).filter(({ is_primary }) => is_primary)

/** Does what is asked with one of the known accounts. @returns the status */
async function act(id: number, known: readonly number[], action: ChosenAction): Promise<number> {
  if (action.kind === 'create') return (await create(id, action.chosen)).status
  const bid = known[action.pick % Math.max(known.length, 1)] ?? 999_999_999
  if (action.kind === 'delete') return (await remove(id, bid)).status
  const headers = action.ifMatch ? { 'if-match': '*' } : {}
  return (await update(id, bid, action.chosen, headers)).status
}

describe('the primary bank account', () => {
  it('is one of twenty that are made so at the same moment', async () => {
    const { id } = await service.createCustomer(token())
    const made = await Promise.all(Array.from({ length: 20 }, () => create(id, true)))
    expect(made.map(({ status }) => status)).toEqual(Array(20).fill(201))
    expect(await primary(id)).toHaveLength(1)
    const changed = await Promise.all(made.map(({ body }) => update(id, body.id, true)))
    expect(changed.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(await primary(id)).toHaveLength(1)
  })

  it('is one of many that are made so with If-Match, where there was none', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await service.createCustomer(token())
      const made = await Promise.all(Array.from({ length: 5 }, () => create(id, false)))
      const changed = await Promise.all(
        made.map(({ body }) => update(id, body.id, true, { 'if-match': '*' })),
      )
      expect(changed.map(({ status }) => status)).toEqual(Array(5).fill(200))
      expect(await primary(id)).toHaveLength(1)
    }
  })

  it('is the one that was last made so, or none where that has ended', async () => {
    await fc.assert(
      fc.asyncProperty(chosenSteps, async (steps) => {
        const { id } = await service.createCustomer(token())
        for (const step of steps) {
          const before = await all(id)
          const known = before.map((account) => account.id)
          const statuses = await Promise.all(step.map((action) => act(id, known, action)))
          for (const status of statuses) expect([200, 201, 204, 404]).toContain(status)
          const after = await primary(id)
          expect(after.length).toBeLessThanOrEqual(1)
          if (step.length > 1) continue
          const [action] = step as [ChosenAction]
          const was = before.find(({ is_primary }) => is_primary)?.id
          const target = 'pick' in action ? known[action.pick % Math.max(known.length, 1)] : NaN
          if (action.kind === 'create' && action.chosen) {
            expect(known).not.toContain(after[0]?.id)
            expect(after).toHaveLength(1)
          } else if (action.kind === 'update' && action.chosen && target !== undefined) {
            expect(after[0]?.id).toBe(target)
          } else {
            expect(after[0]?.id).toBe(was === target && action.kind !== 'create' ? undefined : was)
          }
        }
      }),
      { numRuns: 40 },
    )
  }, 120_000)
})
