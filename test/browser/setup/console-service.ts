import { PASSWORD } from '../../setup/password.ts'
import { startTestService } from '../../setup/service.ts'

export type ConsoleService = Awaited<ReturnType<typeof startConsoleService>>

/** Months of salary and rent, in the currency of the customer. */
const MONTHS = ['2025-11', '2025-12', '2026-01', '2026-02'] as const

/**
 * Starts Passbook with API, worker and a port on 127.0.0.1, with one customer of whom there is something on each page.
 *
 * @returns it, its URL, the admin and the customer; all figures are current
 */
export async function startConsoleService() {
  const service = await startTestService({ worker: true })
  const admin = await service.createAccount('admin')
  const { token } = admin
  const url = await service.app.listen({ port: 0, host: '127.0.0.1' })
  const customer = await service.createCustomer(token, {
    name: 'Asha Rao',
    email: 'asha.rao@people.example',
    pincode: '560034',
    age: 34,
  })
  const { id } = customer
  const params = { id }
  await service.call('createEmployment', {
    params,
    token,
    body: { company_name: 'Meridian Foods', job_title: 'Engineer', is_current: true },
  })
  await service.call('createBankAccount', {
    params,
    token,
    body: { bank_name: 'Harbour Savings', account_number: 'GB00112233', is_primary: true },
  })
  const of = { user_id: id, currency: 'EUR' }
  for (const month of MONTHS) {
    await service.createTransaction(token, {
      ...of,
      transaction_date: `${month}-01`,
      transaction_amount: '2500.10',
      transaction_type: 'credit',
      description: 'Salary',
    })
    await service.createTransaction(token, {
      ...of,
      transaction_date: `${month}-03`,
      transaction_amount: '950.25',
      transaction_type: 'debit',
      description: 'Rent',
    })
  }
  const large = await service.createTransaction(token, {
    ...of,
    transaction_date: '2026-02-14',
    transaction_amount: '9000000.00',
    transaction_type: 'debit',
    description: 'Machine parts',
  })
  await service.call('createTask', { token, body: { title: 'Call Asha Rao' } })
  await service.settled()
  return { ...service, url, admin: { ...admin, password: PASSWORD }, customer, large }
}
