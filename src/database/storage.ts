import type { Log } from '../lib/log.ts'
import type { Metrics } from '../lib/metrics.ts'
import { knownError } from './errors.ts'

/** After a write that found no space, storage counts as full for so long. */
const FULL_FOR_MS = 10_000

/** Knows whether there is space to store things, from the writes that found none. */
export interface Storage {
  /** Takes note when an error means that there was no space. */
  note(error: unknown): void
  readonly full: boolean
}

/** Says a full disk in the log, once until there was space for a while, and counts the writes that failed. */
export function watchStorage(metrics: Metrics, log: Log): Storage {
  let fullUntil = Number.NEGATIVE_INFINITY
  const isFull = () => performance.now() < fullUntil
  return {
    note(error) {
      const known = knownError(error)
      if (known?.code !== 'storage_full') return
      metrics.storageFull.inc()
      if (!isFull()) log.error({ err: known }, 'the disk is full: nothing can be stored')
      fullUntil = performance.now() + FULL_FOR_MS
    },
    get full() {
      return isFull()
    },
  }
}
