import type { EventConsumers } from '../../events/catalogue.ts'
import type { ImportService } from './imports.service.ts'

/** The imports' side of the event catalogue. */
export const importConsumers = (
  imports: ImportService,
): Pick<EventConsumers, 'runImport' | 'sweepImports'> => ({
  runImport: ({ import_id }) => imports.run(import_id),
  sweepImports: () => imports.sweep(),
})
