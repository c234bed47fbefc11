import { operations } from '../../generated/operations.ts'
import type { Handle, HandleAhead } from '../../http/handlers.ts'
import { asksNoCache } from '../../http/no-cache.ts'
import { mapInSlices } from '../../lib/slices.ts'
import type { AnalyticsService } from './analytics.service.ts'
import { analyticsView, dayView } from './analytics.view.ts'
import type { BusiestUsers } from './busiest-users.ts'

export function analyticsRoutes(
  handle: Handle,
  handleAhead: HandleAhead,
  analytics: AnalyticsService,
  busiestUsers: BusiestUsers,
): void {
  handle(operations.listBusiestUsers, ({ query }) => busiestUsers.list(query.limit ?? 20))

  handleAhead(
    operations.getUserAnalytics,
    analytics.stateOf,
    async ({ caller, params, query, headers }, state) => {
      if (!asksNoCache(headers['cache-control']))
        return await analytics.read(caller, params.id, query, state)
      return analyticsView(await analytics.compute(caller, params.id, query, state))
    },
  )

  handleAhead(
    operations.getUserDailyAnalytics,
    analytics.stateOf,
    async ({ caller, params, query, headers }, state) => {
      const fromLedger = asksNoCache(headers['cache-control'])
      const { currency, days } = await analytics.readDaily(
        caller,
        params.id,
        query,
        fromLedger,
        state,
      )
      return await mapInSlices(days, (day) => dayView(day, currency))
    },
  )
}
