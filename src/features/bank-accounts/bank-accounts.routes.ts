import { operations } from '../../generated/operations.ts'
import type { Handle } from '../../http/handlers.ts'
import { sendPage } from '../../http/paging.ts'
import type { BankAccountService } from './bank-accounts.service.ts'
import { bankAccountView } from './bank-accounts.view.ts'

export function bankAccountRoutes(handle: Handle, bankAccounts: BankAccountService): void {
  handle(operations.createBankAccount, async ({ caller, params, body, reply }) => {
    const account = bankAccountView(await bankAccounts.create(caller, params.id, body))
    reply.header('location', `/v1/users/${params.id}/bank-accounts/${account.id}`)
    return account
  })

  handle(operations.listBankAccounts, async ({ caller, params, query, request, reply }) => {
    const page = await bankAccounts.list(caller, params.id, query)
    return sendPage(request, reply, query, { ...page, items: page.items.map(bankAccountView) })
  })

  handle(operations.getBankAccount, async ({ caller, params }) =>
    bankAccountView(await bankAccounts.get(caller, params.id, params.bid)),
  )

  handle(operations.updateBankAccount, async ({ caller, params, body }) =>
    bankAccountView(await bankAccounts.update(caller, params.id, params.bid, body)),
  )

  handle(operations.deleteBankAccount, async ({ caller, params }) => {
    await bankAccounts.remove(caller, params.id, params.bid)
    return null
  })
}
