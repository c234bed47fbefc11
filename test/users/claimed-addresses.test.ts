import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openRecordLoads } from '../imports/kinds/record-loads.ts'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const newAddress = () => `${randomBytes(8).toString('hex')}@claimed.example`

const update = (id: number, body: object, token: string) =>
  cast.service.call('updateUser', { params: { id }, body, token })

/** Somebody who gives themselves the address of somebody else. */
async function claimant(email: string) {
  const account = await cast.service.createAccount()
  const { status, body } = await update(account.id, { email }, account.token)
  expect([status, body.email_verified]).toEqual([200, false])
  return account
}

const find = async (email: string) =>
  (await cast.service.call('listUsers', { token: cast.staff.token, query: { email } })).body

describe('an address that somebody claimed', () => {
  it('can still be given to a customer by staff, and both are found by it', async () => {
    const email = newAddress()
    const first = await claimant(email)
    const second = await claimant(email.toUpperCase())
    const customer = await cast.service.createCustomer(cast.staff.token, { email })
    expect(customer).toMatchObject({ email, email_verified: true })
    expect(await find(email)).toMatchObject([
      { id: first.id, email_verified: false },
      { id: second.id, email_verified: false },
      { id: customer.id, email_verified: true },
    ])
  })

  it('can be given to many customers at once, and by a file', async () => {
    const [bulk, file] = [newAddress(), newAddress()]
    await claimant(bulk)
    await claimant(file)
    const { body } = await cast.service.call('bulkCreateUsers', {
      token: cast.staff.token,
      body: { users: [{ name: 'By Bulk', email: bulk }] },
    })
    expect(body.results).toMatchObject([{ status: 201, user: { email_verified: true } }])
    const load = openRecordLoads(cast.service)
    const { counts } = await load('users', cast.staff, `name,email\nBy File,${file}`)
    expect(counts.loaded).toBe(1)
    expect(await find(file)).toMatchObject([{}, { name: 'By File', email_verified: true }])
  })

  it('gets no transaction of a file: the verified user does', async () => {
    const email = newAddress()
    const thief = await claimant(email)
    const file = [
      'user_email,transaction_date,transaction_amount,transaction_type',
      `${email},2026-05-01,2500.00,credit`,
    ].join('\n')
    const load = openRecordLoads(cast.service)
    const early = await load('transactions', cast.staff, file)
    expect(early.rejects).toMatchObject([{ column: 'user_email' }])
    const customer = await cast.service.createCustomer(cast.staff.token, { email })
    expect((await load('transactions', cast.staff, file)).counts.loaded).toBe(1)
    const owners = await cast.service.database.query<{ user_id: number }>(
      'SELECT user_id::int FROM transactions WHERE user_id = ANY ($1)',
      [[thief.id, customer.id]],
    )
    expect(owners).toEqual([{ user_id: customer.id }])
  })

  it('can be claimed by several, but not once it is verified', async () => {
    const email = newAddress()
    await claimant(email)
    await claimant(email)
    await cast.service.createCustomer(cast.staff.token, { email })
    const late = await update(cast.other.id, { email }, cast.other.token)
    expect([late.status, late.body.code]).toEqual([409, 'email_taken'])
  })

  it('stays claimed when it is given again, and verified when it was', async () => {
    const email = newAddress()
    const { id, token } = await claimant(email)
    expect((await update(id, { email: email.toUpperCase() }, token)).body.email_verified).toBe(
      false,
    )
    expect((await update(id, { email }, cast.staff.token)).body.email_verified).toBe(true)
    const again = { email: email.toUpperCase(), name: 'Other Name' }
    expect((await update(id, again, token)).body).toMatchObject({ ...again, email_verified: true })
    expect((await update(id, { age: 40 }, token)).body.email_verified).toBe(true)
    const { body } = await update(id, { email: newAddress() }, token)
    expect(body.email_verified).toBe(false)
  })

  it('is verified when staff gives it to themselves', async () => {
    for (const { id, token } of [cast.staff, cast.admin]) {
      const { body } = await update(id, { email: newAddress() }, token)
      expect(body.email_verified).toBe(true)
    }
  })

  it('is shown as nothing where there is none', async () => {
    const { id, token } = await cast.service.createAccount()
    const { body } = await cast.service.call('getUser', { params: { id }, token })
    expect(body).not.toHaveProperty('email_verified')
  })

  it('is verified by one of two whom staff gives it at the same moment', async () => {
    const email = newAddress()
    const both = await Promise.all([claimant(email), claimant(email)])
    const answers = await Promise.all(both.map(({ id }) => update(id, { email }, cast.staff.token)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
  })
})
