import { operations } from '../../generated/operations.ts'
import { bulkResult } from '../../http/bulk.ts'
import type { Handle, HandleAhead, LockBefore } from '../../http/handlers.ts'
import { sendPage } from '../../http/paging.ts'
import type { TransactionBulk } from './bulk.ts'
import type { TransactionPast } from './past.ts'
import type { TransactionService } from './transactions.service.ts'
import { draftView, transactionView, versionView } from './transactions.view.ts'

export function transactionRoutes(
  handle: Handle,
  handleAhead: HandleAhead,
  lockBefore: LockBefore,
  transactions: TransactionService,
  bulk: TransactionBulk,
  past: TransactionPast,
): void {
  handle(operations.createTransaction, async ({ caller, body, requestId, reply }) => {
    const transaction = transactionView(await transactions.create(caller, body, requestId))
    reply.header('location', `/v1/transactions/${transaction.id}`)
    return transaction
  })

  handle(operations.previewTransaction, async ({ caller, body }) =>
    draftView(await transactions.preview(caller, body)),
  )

  handle(operations.bulkCreateTransactions, async ({ caller, body, requestId }) => {
    const outcomes = await bulk.create(caller, body, requestId)
    return bulkResult(outcomes, 'transaction', transactionView)
  })

  handle(operations.getTransaction, async ({ caller, params }) =>
    transactionView(await transactions.get(caller, params.id)),
  )

  // Each new transaction of the user moves the head of the chain that a change extends, too.
  lockBefore(operations.getTransaction, ({ id }) => transactions.lock(id))

  handle(operations.updateTransaction, async ({ caller, params, body, requestId }) =>
    transactionView(await transactions.update(caller, params.id, body, requestId)),
  )

  handle(operations.deleteTransaction, async ({ caller, params, requestId }) => {
    await transactions.remove(caller, params.id, requestId)
    return null
  })

  handle(operations.listTransactionHistory, async ({ caller, params, query, request, reply }) => {
    const page = await past.list(caller, params.id, query)
    return sendPage(request, reply, query, { ...page, items: page.items.map(versionView) })
  })

  handleAhead(
    operations.listUserTransactions,
    transactions.history.headOf,
    ({ caller, params, query, request }, head) =>
      transactions.history.read(caller, params.id, query, request.originalUrl, head),
  )
}
