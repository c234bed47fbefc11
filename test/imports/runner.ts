import { onTestFinished } from 'vitest'
import { openDatabase } from '../../src/database/client.ts'
import {
  createImportService,
  type ImportService,
} from '../../src/features/imports/imports.service.ts'
import { loadDataset } from '../../src/features/imports/kinds/dataset/dataset-kind.ts'
import type { ImportKind, Loader } from '../../src/features/imports/kinds/loader.ts'
import { createRowReader } from '../../src/features/transactions/row-reader.ts'
import { createLog } from '../../src/lib/log.ts'
import { createPreviewers } from '../../src/services/loading.ts'
import type { TestService } from '../setup/service.ts'

interface Changes {
  /** Replaces the service's loaders. */
  readonly loaders?: Partial<Record<ImportKind, Loader>>
  readonly maxBytes?: number
}

/**
 * The import service of another worker process, without a queue: the test runs each import itself.
 * It closes after the test.
 */
export function startRunner(
  { services, database }: TestService,
  { loaders = {}, maxBytes = services.config.IMPORT_MAX_BYTES }: Changes = {},
): ImportService {
  const { config, crypto, metrics, outbox } = services
  const log = createLog('silent')
  const { close, ...opened } = openDatabase(database.url, 3, log)
  onTestFinished(close)
  return createImportService({
    ...opened,
    databaseUrl: database.url,
    crypto,
    outbox,
    metrics,
    log,
    maxBytes,
    loaders: { dataset: loadDataset, users: loadDataset, transactions: loadDataset, ...loaders },
    previewers: createPreviewers(createRowReader('USD')),
    dataDir: config.DATA_DIR,
    retentionHours: config.IMPORT_RETENTION_HOURS,
  })
}

/** A loader that waits until the test releases it. */
export function heldLoader(load: Loader = loadDataset) {
  const started: number[] = []
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const loader: Loader = async (job) => {
    started.push(Number(job.id))
    await released
    return await load(job)
  }
  return { loader, started, release: () => release() }
}
