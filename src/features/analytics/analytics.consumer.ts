import type { EventConsumers } from '../../events/catalogue.ts'
import type { AnalyticsService } from './analytics.service.ts'

/** The analytics side of the event catalogue. */
export const analyticsConsumers = (
  analytics: AnalyticsService,
): Pick<
  EventConsumers,
  'recomputeStatistics' | 'recomputeManyStatistics' | 'refreshStatistics'
> => ({
  recomputeStatistics: ({ user_id }) => analytics.recompute(user_id),
  recomputeManyStatistics: ({ user_ids }) => analytics.recomputeMany(user_ids),
  refreshStatistics: () => analytics.refresh(),
})
