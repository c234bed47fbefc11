import type { EventConsumers } from '../../events/catalogue.ts'
import type { DatasetService } from './datasets.service.ts'

/** The datasets' side of the event catalogue. */
export const datasetConsumers = (
  datasets: DatasetService,
): Pick<EventConsumers, 'sweepDatasets'> => ({
  sweepDatasets: () => datasets.sweep(),
})
