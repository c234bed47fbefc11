import { setTimeout as wait } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { readLedger, readStatistics } from '../setup/ledger.ts'
import { Finding } from './finding.ts'
import type { Passbook } from './passbook.ts'

/** How long, in milliseconds, figures may take to follow once nobody writes any more. */
const MAX_SETTLE_MS = 60_000
/** How long, in seconds, a statement or a transaction may be under way. */
const MAX_STATEMENT_SECONDS = 10

async function waitForFigures(passbook: Passbook): Promise<Finding | undefined> {
  const since = performance.now()
  for (;;) {
    const [row] = await passbook.query<{ count: number }>('SELECT count(*)::int FROM outbox')
    if (row?.count === 0) return undefined
    if (performance.now() - since > MAX_SETTLE_MS) {
      return new Finding(
        'aftermath',
        'figures',
        `${row?.count} changes wait after a minute of rest`,
      )
    }
    await wait(100)
  }
}

async function compareFigures(passbook: Passbook): Promise<Finding | undefined> {
  const users = await passbook.query<{ user_id: string }>(
    'SELECT user_id FROM transactions UNION SELECT user_id FROM user_statistics',
  )
  for (const { user_id } of users) {
    const database = passbook as unknown as Parameters<typeof readLedger>[0]
    const [kept, ledger] = await Promise.all([
      readStatistics(database, Number(user_id)),
      readLedger(database, Number(user_id)),
    ])
    if (!isDeepStrictEqual(kept, ledger)) {
      return new Finding('aftermath', 'figures', `those of user ${user_id} are not the ledger's`)
    }
  }
  return undefined
}

async function findStuck(passbook: Passbook): Promise<Finding | undefined> {
  const stuck = await passbook.query<{ query: string }>(
    `SELECT left(query, 200) AS query FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend' AND state <> 'idle'
       AND now() - coalesce(xact_start, query_start) > make_interval(secs => $1)`,
    [MAX_STATEMENT_SECONDS],
  )
  return stuck.length === 0
    ? undefined
    : new Finding('aftermath', 'database', `stuck: ${stuck[0]?.query}`)
}

async function askReady({ url }: Passbook): Promise<Finding | undefined> {
  const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) })
  return answer.status === 200
    ? undefined
    : new Finding('aftermath', 'getReadiness', `${answer.status} ${await answer.text()}`)
}

/** What is left after the last case: a service that is ready, figures that are the ledger's, no stuck work. */
export async function aftermath(passbook: Passbook): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const check of [waitForFigures, compareFigures, findStuck, askReady]) {
    const found = await check(passbook).catch(
      (error: unknown) => new Finding('aftermath', check.name, String(error)),
    )
    if (found) findings.push(found)
  }
  return findings
}
