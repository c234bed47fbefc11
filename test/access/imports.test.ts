import { describe, expect, it } from 'vitest'
import { accepted, look } from '../imports/imports.ts'
import { useCast } from '../setup/cast.ts'
import type { Account } from '../setup/service.ts'

const cast = useCast()

/** Loads a transaction of each of these users for an account. @returns the import, and its refused rows */
async function load(loader: Account, owners: readonly { readonly id: number }[]) {
  const { service } = cast
  const lines = owners.map(({ id }, index) => `${id},2026-03-0${index + 1},5.00,credit`)
  const file = `user_id,transaction_date,transaction_amount,transaction_type\n${lines.join('\n')}\n`
  const query = { kind: 'transactions', name: `of_${loader.id}_${Date.now()}` }
  const id = await accepted(service, loader.token, file, query)
  await service.services.imports.run(id)
  const rejects = await service.call('downloadRejects', { params: { id }, token: loader.token })
  return { record: await look(service, loader.token, id), rejects: rejects.body as string }
}

const booked = async ({ id }: { readonly id: number }) =>
  (await cast.service.call('listUserTransactions', { params: { id }, token: cast.admin.token }))
    .body

describe('an import of transactions', () => {
  it('refuses staff the rows of colleagues and admins, and loads those of customers and their own', async () => {
    const { service, admin } = cast
    const loader = await service.createAccount('staff')
    const colleague = await service.createAccount('staff')
    const customer = await service.createCustomer(admin.token)
    const { record, rejects } = await load(loader, [customer, colleague, admin, loader])
    expect(record).toMatchObject({ status: 'completed', rows_loaded: 2, rows_rejected: 2 })
    expect(rejects.match(/^\d+,user_id,forbidden,/gm)).toEqual([
      '3,user_id,forbidden,',
      '4,user_id,forbidden,',
    ])
    expect([await booked(customer), await booked(loader)].map(({ length }) => length)).toEqual([
      1, 1,
    ])
    expect([await booked(colleague), await booked(admin)]).toEqual([[], []])
  })

  it('loads everybody’s for an admin', async () => {
    const { service, admin, staff } = cast
    const other = await service.createAccount('admin')
    const { record } = await load(admin, [staff, other])
    expect(record).toMatchObject({ status: 'completed', rows_loaded: 2, rows_rejected: 0 })
  })

  it('goes by the role that its account has when it is loaded', async () => {
    const { service, admin, staff } = cast
    const loader = await service.createAccount('admin')
    const file = `user_id,transaction_date,transaction_amount,transaction_type\n${staff.id},2026-03-01,5.00,credit\n`
    const query = { kind: 'transactions', name: 'of_a_former_admin' }
    const id = await accepted(service, loader.token, file, query)
    await service.call('updateUser', {
      params: { id: loader.id },
      body: { role: 'staff' },
      token: admin.token,
    })
    await service.services.imports.run(id)
    expect(await look(service, loader.token, id)).toMatchObject({
      rows_loaded: 0,
      rows_rejected: 1,
    })
  })
})
