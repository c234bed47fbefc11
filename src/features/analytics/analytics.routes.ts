import { operations } from '../../generated/operations.ts'
import type { Handle } from '../../http/router.ts'
import { mapInSlices } from '../../lib/slices.ts'
import type { AnalyticsService } from './analytics.service.ts'
import { analyticsView, dayView } from './analytics.view.ts'

/** Whether a `Cache-Control` request header asks for figures that are computed anew. */
const wantsLedger = (header: string | undefined): boolean =>
  header !== undefined && /(^|[\s,])no-cache($|[\s,=])/i.test(header)

export function analyticsRoutes(handle: Handle, analytics: AnalyticsService): void {
  handle(operations.getUserAnalytics, async ({ caller, params, query, headers }) => {
    const fromLedger = wantsLedger(headers['cache-control'])
    return analyticsView(await analytics.read(caller, params.id, query, fromLedger))
  })

  handle(operations.getUserDailyAnalytics, async ({ caller, params, query, headers }) => {
    const fromLedger = wantsLedger(headers['cache-control'])
    const { currency, days } = await analytics.readDaily(caller, params.id, query, fromLedger)
    return await mapInSlices(days, (day) => dayView(day, currency))
  })
}
