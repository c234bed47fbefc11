import type { EventConsumers } from '../../events/catalogue.ts'
import type { ReportService } from './reports.service.ts'

/** The reports' side of the event catalogue. */
export const reportConsumers = (
  reports: ReportService,
): Pick<EventConsumers, 'buildReport' | 'sweepReports'> => ({
  buildReport: ({ report_id }) => reports.build(report_id),
  sweepReports: () => reports.sweep(),
})
