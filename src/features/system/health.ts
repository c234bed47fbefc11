import type { Database } from '../../database/client.ts'
import type { Storage } from '../../database/storage.ts'
import type { DatabaseWatch } from '../../database/watch.ts'
import { oldestChangeSeconds } from '../../events/outbox.ts'
import type { EventQueue } from '../../events/queue.ts'
import type { DependencyHealth, FiguresHealth, Readiness } from '../../generated/schemas.ts'
import { inTime } from '../../lib/in-time.ts'
import type { SharedRedis } from '../../lib/redis-watch.ts'

/** How long one check may take; they run side by side. */
const MAX_CHECK_MS = 1_900
/** Who asks within so many milliseconds of a look gets what it saw. */
const LOOK_LASTS_MS = 500
/** Figures that are older than the oldest change by more count as not coming. */
const MAX_CHANGE_SECONDS = 60

const OK = { status: 'ok' } as const
const SILENT = { status: 'unavailable', detail: 'it does not answer' } as const

export interface HealthDeps {
  /** Asked for the figures: what fills the connections of requests does not keep it waiting. */
  readonly relay: Database
  readonly watch: Pick<DatabaseWatch, 'answers'>
  readonly queue: Pick<EventQueue, 'ready'>
  readonly shared?: SharedRedis | undefined
  readonly storage: Storage
  /** Whether this process is about to end. */
  readonly isStopping?: () => boolean
}

/** A check that neither throws nor outlasts its time. */
async function health(check: Promise<boolean>): Promise<DependencyHealth> {
  const answers = await inTime(check, MAX_CHECK_MS).catch(() => false)
  return answers ? OK : SILENT
}

/** Whether figures come. Without the Redis that their jobs go through they wait, which is known. */
async function checkFigures(
  { relay, shared }: HealthDeps,
  queue: Promise<DependencyHealth>,
): Promise<FiguresHealth> {
  const seconds = await inTime(oldestChangeSeconds(relay), MAX_CHECK_MS).catch(() => undefined)
  if (seconds === undefined) return SILENT
  const figures = { oldest_change_seconds: Math.round(seconds) }
  if (shared && (await queue).status !== 'ok') {
    return { status: 'degraded', detail: 'they wait for the queue', ...figures }
  }
  if (seconds <= MAX_CHANGE_SECONDS) return { ...OK, ...figures }
  return { status: 'unavailable', detail: 'changes wait for too long', ...figures }
}

async function look(deps: HealthDeps): Promise<Readiness> {
  const queueHealth = health(deps.queue.ready())
  const [database, queue, cache, figures] = await Promise.all([
    health(deps.watch.answers()),
    queueHealth,
    deps.shared ? health(deps.shared.watch.answers()) : OK,
    checkFigures(deps, queueHealth),
  ])
  const storage: DependencyHealth = deps.storage.full
    ? { status: 'unavailable', detail: 'there is no space left' }
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

/** Makes the check of whether the service can do its work. Who asks at the same time shares one look. */
export function createReadiness(deps: HealthDeps): () => Promise<Readiness> {
  let last: Promise<Readiness> | undefined
  let validUntil = Number.NEGATIVE_INFINITY
  return async () => {
    if (last === undefined || performance.now() >= validUntil) {
      validUntil = Number.POSITIVE_INFINITY
      last = look(deps).finally(() => {
        validUntil = performance.now() + LOOK_LASTS_MS
      })
    }
    const readiness = await last
    if (!deps.isStopping?.()) return readiness
    return { ...readiness, status: 'unavailable', detail: 'stopping' }
  }
}
