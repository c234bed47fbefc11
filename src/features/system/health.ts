import type { Database } from '../../database/client.ts'
import type { Storage } from '../../database/storage.ts'
import type { DatabaseWatch } from '../../database/watch.ts'
import { oldestChangeSeconds } from '../../events/outbox.ts'
import type { EventQueue } from '../../events/queue.ts'
import type { DependencyHealth, FiguresHealth, Readiness } from '../../generated/schemas.ts'
import { inTime } from '../../lib/in-time.ts'
import type { SharedRedis } from '../../lib/redis-watch.ts'

/** Limit of one check. The checks run in parallel. */
const MAX_CHECK_MS = 1_900
/** How long a result is reused. */
const RESULT_LASTS_MS = 500
/** Figures count as unavailable when the oldest change has waited for longer. */
const MAX_CHANGE_SECONDS = 60

const OK = { status: 'ok' } as const
const SILENT = { status: 'unavailable', detail: 'it does not answer' } as const

export interface HealthDeps {
  /**
   * The figures are checked over the relay's connections, so that busy requests do not delay the
   * check.
   */
  readonly relay: Database
  readonly watch: Pick<DatabaseWatch, 'answers'>
  readonly queue: Pick<EventQueue, 'ready'>
  readonly shared?: SharedRedis | undefined
  readonly storage: Storage
  /** Whether this process is about to end. */
  readonly isStopping?: () => boolean
}

/** Runs a check that neither throws nor exceeds its time. */
async function health(check: Promise<boolean>): Promise<DependencyHealth> {
  const answers = await inTime(check, MAX_CHECK_MS).catch(() => false)
  return answers ? OK : SILENT
}

/**
 * Checks that figures are recomputed. While the queue is away they only wait: that is `degraded`.
 */
async function checkFigures(
  { relay, shared }: HealthDeps,
  queue: Promise<DependencyHealth>,
): Promise<FiguresHealth> {
  const seconds = await inTime(oldestChangeSeconds(relay), MAX_CHECK_MS).catch(() => undefined)
  if (seconds === undefined) return SILENT
  const figures = { oldest_change_seconds: Math.round(seconds) }
  if (shared && (await queue).status !== 'ok') {
    return { status: 'degraded', detail: 'figures wait for the queue', ...figures }
  }
  if (seconds <= MAX_CHANGE_SECONDS) return { ...OK, ...figures }
  return { status: 'unavailable', detail: 'changes have waited too long for figures', ...figures }
}

async function checkAll(deps: HealthDeps): Promise<Readiness> {
  const queueHealth = health(deps.queue.ready())
  const [database, queue, cache, figures] = await Promise.all([
    health(deps.watch.answers()),
    queueHealth,
    deps.shared ? health(deps.shared.watch.answers()) : OK,
    checkFigures(deps, queueHealth),
  ])
  const storage: DependencyHealth = deps.storage.full
    ? { status: 'unavailable', detail: 'the disk is full' }
    : OK
  const needed = [database, figures]
  const all = [...needed, queue, cache, storage]
  const status = needed.some((part) => part.status === 'unavailable')
    ? 'unavailable'
    : all.every((part) => part.status === 'ok')
      ? 'ok'
      : 'degraded'
  return { status, dependencies: { database, queue, cache }, storage, figures }
}

/** Creates the readiness check. Concurrent callers share one check. */
export function createReadiness(deps: HealthDeps): () => Promise<Readiness> {
  let last: Promise<Readiness> | undefined
  let validUntil = Number.NEGATIVE_INFINITY
  return async () => {
    if (last === undefined || performance.now() >= validUntil) {
      validUntil = Number.POSITIVE_INFINITY
      last = checkAll(deps).finally(() => {
        validUntil = performance.now() + RESULT_LASTS_MS
      })
    }
    const readiness = await last
    if (!deps.isStopping?.()) return readiness
    return { ...readiness, status: 'unavailable', detail: 'stopping' }
  }
}
