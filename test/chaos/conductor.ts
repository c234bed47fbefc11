import { setTimeout as delay } from 'node:timers/promises'
import { FAULTS } from './faults.ts'
import type { Findings } from './findings.ts'
import type { Phase, PlannedFault } from './schedule.ts'
import type { Topology } from './servers/topology.ts'
import { runSql } from './sql.ts'
import type { Statistics } from './statistics.ts'

/** So long after the last fault, in milliseconds, everything has to work again at the least. */
const MIN_RECOVERY_MS = 10_000
/** So many times as long as a start without faults: a process may have just been started. */
const RECOVERY_STARTS = 2
/** Changes may wait so long for their figures, in seconds, while clients go on writing. */
const MAX_LAG_SECONDS = 2
const LOOK_MS = 100
const MAX_READY_MS = 5_000

interface Conductor {
  readonly topology: Topology
  readonly findings: Findings
  readonly statistics: Statistics
  readonly say: (line: string) => void
  /** Milliseconds since the start. */
  readonly clock: () => number
  /** How long the processes took to start without faults, in milliseconds: what this machine can do. */
  readonly startMs: number
}

/** How long all may take to work again, in milliseconds. */
export const recoveryLimit = (startMs: number): number =>
  Math.max(MIN_RECOVERY_MS, RECOVERY_STARTS * startMs)

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1)

async function runFault({ topology, say, clock }: Conductor, fault: PlannedFault): Promise<void> {
  const { kind, target, at, lasts } = fault
  await delay(Math.max(0, at - clock()))
  const begun = clock()
  say(`${seconds(begun).padStart(6)} s  ${kind} (${target}), ${seconds(lasts)} s`)
  const run = FAULTS.find((each) => each.kind === kind)?.run
  await run?.(topology, fault).catch((error: Error) => {
    // Another fault was in its way, such as a server that is away.
    say(`${seconds(clock()).padStart(6)} s  ${kind}: not done (${error.message})`)
  })
}

/** @returns what of it is not ready; undefined when it is */
async function whatIsNotReady(url: string): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(MAX_READY_MS)
    const response = await fetch(`${url}/health/ready`, { signal })
    const text = await response.text()
    const isReady = response.status === 200 && JSON.parse(text).status === 'ok'
    return isReady ? undefined : `${response.status} ${text.slice(0, 300)}`
  } catch (error) {
    return (error as Error).message
  }
}

async function whatWaits(url: string): Promise<string | undefined> {
  try {
    const [row] = await runSql<{ count: number; queued: number; tries: number; age: number }>(
      url,
      `SELECT count(*)::int, count(enqueued_at)::int AS queued,
         coalesce(max(attempts), 0)::int AS tries,
         coalesce(extract(epoch FROM now() - min(created_at)), 0)::float AS age
       FROM outbox`,
    )
    if (row === undefined || row.age <= MAX_LAG_SECONDS) return undefined
    const { count, queued, tries, age } = row
    const how = `${queued} of them in the queue, tried ${tries} times at most`
    return `${count} changes wait, ${how}, the oldest for ${age.toFixed(1)} s`
  } catch (error) {
    return (error as Error).message
  }
}

/** Asks until nothing is missing. @returns what still was when the time was over */
async function awaitNothing(
  look: () => Promise<string | undefined>,
  milliseconds: number,
): Promise<{ readonly missing: string | undefined; readonly took: number }> {
  const since = performance.now()
  for (;;) {
    const missing = await look()
    const took = performance.now() - since
    if (missing === undefined || took > milliseconds) return { missing, took }
    await delay(LOOK_MS)
  }
}

/**
 * Waits until every API process says that it is ready and the figures are current; records how long it took.
 *
 * @param milliseconds how long that may take
 */
export async function awaitRecovery(
  { topology, findings, statistics, clock, startMs }: Conductor,
  milliseconds = recoveryLimit(startMs),
): Promise<void> {
  const begun = seconds(clock())
  const { apis, postgres } = topology
  const [figures, ...readiness] = await Promise.all([
    awaitNothing(() => whatWaits(postgres.url), milliseconds),
    ...apis.map(({ url }) => awaitNothing(() => whatIsNotReady(url), milliseconds)),
  ])
  statistics.currentAfter = Math.max(statistics.currentAfter, figures.took)
  const after = `after the faults until ${begun} s`
  if (figures.missing) findings.add('figures that stay behind', `${after}: ${figures.missing}`)
  for (const [index, { missing, took }] of readiness.entries()) {
    statistics.readyAfter = Math.max(statistics.readyAfter, took)
    if (missing) findings.add('not ready again', `${apis[index]?.name} ${after}: ${missing}`)
  }
}

/** Has the faults of all phases happen, each at its time, and looks in each quiet time how all is. */
export async function conduct(conductor: Conductor, phases: readonly Phase[]): Promise<void> {
  const { clock, topology, say } = conductor
  for (const { faults, until } of phases) {
    await Promise.all(faults.map((fault) => runFault(conductor, fault)))
    await topology.mendAll()
    say(`${seconds(clock()).padStart(6)} s  quiet`)
    await awaitRecovery(conductor)
    await delay(Math.max(0, until - clock()))
  }
}
