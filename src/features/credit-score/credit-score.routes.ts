import { operations } from '../../generated/operations.ts'
import type { Handle } from '../../http/handlers.ts'
import { asksNoCache } from '../../http/no-cache.ts'
import { sendPage } from '../../http/paging.ts'
import type { CreditScoreService } from './credit-score.service.ts'
import { creditScoreView, pastScoreView } from './credit-score.view.ts'

export function creditScoreRoutes(handle: Handle, creditScores: CreditScoreService): void {
  handle(operations.getUserCreditScore, async ({ caller, params, headers }) => {
    const fromLedger = asksNoCache(headers['cache-control'])
    return creditScoreView(await creditScores.read(caller, params.id, fromLedger))
  })

  handle(operations.listUserCreditScores, async ({ caller, params, query, request, reply }) => {
    const page = await creditScores.history(caller, params.id, query)
    return sendPage(request, reply, query, { ...page, items: page.items.map(pastScoreView) })
  })
}
