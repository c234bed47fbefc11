import type { DependencyHealth, Readiness } from '../../generated/schemas.ts'
import type { Cache } from '../../platform/cache.ts'
import type { Database } from '../../platform/prisma.ts'
import type { EventQueue } from '../../platform/queue.ts'

const CHECK_TIMEOUT_MS = 2_000

interface Deps {
  readonly database: Database
  readonly queue: EventQueue
  readonly cache: Cache
  /** A process that stops is ready for no more. */
  readonly isStopping: () => boolean
}

/** A check that neither throws nor outlasts its time. */
async function health(check: () => Promise<boolean>): Promise<DependencyHealth> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, CHECK_TIMEOUT_MS, false)
  })
  const answers = await Promise.race([check().catch(() => false), late])
  clearTimeout(timer)
  return answers ? { status: 'ok' } : { status: 'unavailable', detail: 'it does not answer' }
}

/** Asks each dependency whether it answers. */
export async function checkReadiness({
  database,
  queue,
  cache,
  isStopping,
}: Deps): Promise<Readiness> {
  const [databaseHealth, queueHealth, cacheHealth] = await Promise.all([
    health(async () => (await database.$queryRaw<unknown[]>`SELECT 1`).length === 1),
    health(() => queue.ready()),
    health(() => cache.ready()),
  ])
  const dependencies = { database: databaseHealth, queue: queueHealth, cache: cacheHealth }
  const answer = Object.values(dependencies).every(({ status }) => status === 'ok')
  return { status: answer && !isStopping() ? 'ok' : 'unavailable', dependencies }
}
