import type { Bus } from '../lib/children/bus.ts'
import type { Log } from '../lib/log.ts'
import type { Metrics } from '../lib/metrics.ts'
import { knownError } from './errors.ts'

/** How long storage counts as full after a write found no space. */
const FULL_FOR_MS = 10_000

/** Tracks whether there is space, from writes that failed for lack of it. */
export interface Storage {
  /** Records an error if it means that there was no space. */
  note(error: unknown): void
  readonly full: boolean
}

/**
 * Counts writes that failed because the disk was full. Logs the first one, and again after a time
 * without any. The processes of one Passbook tell each other.
 */
export function watchStorage(metrics: Metrics, log: Log, bus?: Bus): Storage {
  let fullUntil = Number.NEGATIVE_INFINITY
  const isFull = () => performance.now() < fullUntil
  const isFullNow = () => {
    fullUntil = performance.now() + FULL_FOR_MS
  }
  bus?.listen('storage_full', isFullNow)
  return {
    note(error) {
      const appError = knownError(error)
      if (appError?.code !== 'storage_full') return
      metrics.storageFull.inc()
      if (!isFull()) log.error({ err: appError }, 'the disk is full: nothing can be stored')
      isFullNow()
      bus?.tell('storage_full', undefined)
    },
    get full() {
      return isFull()
    },
  }
}
