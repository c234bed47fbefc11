import type pg from 'pg'
import type { Environment } from '../../config.ts'
import { openDatabase } from '../../database/client.ts'
import { connectDedicated } from '../../database/dedicated-connection.ts'
import { StartupError } from '../../errors.ts'
import { repairUsers } from '../../features/analytics/repair-drift.ts'
import type { IntegrityProblem } from '../../generated/schemas.ts'
import { createLog } from '../../lib/log.ts'
import type { Outcome } from '../../lib/process.ts'
import { formatCount } from '../../lib/terminal.ts'
import { openProgress, type Progress } from './progress.ts'

/** A statement reads all of a user's versions, however many. */
const LIMITS = { statement: 0, lock: 5_000, connect: 10_000 }
/** How many users a statement checks. */
const BATCH_USERS = 200
/** How many problems are kept and listed. */
const MAX_LISTED = 1_000
/** How often progress is said. */
const SAY_MS = 2_000

/** What to verify. */
export interface VerifyOptions {
  readonly userId: number | undefined
  /** Whether wrong statistics are to be computed anew. */
  readonly repair: boolean
}

interface CheckedUser {
  readonly versions: string
  readonly transactions: string
  readonly problems: readonly IntegrityProblem[]
}

const say = (line: string) => void process.stderr.write(`${line}\n`)

async function checkUsers(session: pg.Client, ids: readonly string[], progress: Progress) {
  const { rows } = await session.query<CheckedUser>(
    'SELECT checked.* FROM unnest($1::bigint[]) AS subject CROSS JOIN LATERAL user_integrity(subject) AS checked',
    [ids],
  )
  progress.users += ids.length
  for (const { versions, transactions, problems } of rows) {
    progress.versions += Number(versions)
    progress.transactions += Number(transactions)
    progress.found += problems.length
    progress.problems.push(...problems.slice(0, MAX_LISTED - progress.problems.length))
  }
}

async function nextUsers(session: pg.Client, from: string): Promise<readonly string[]> {
  const { rows } = await session.query<{ id: string }>(
    `SELECT id FROM users WHERE id >= $1 ORDER BY id LIMIT ${BATCH_USERS}`,
    [from],
  )
  return rows.map(({ id }) => id)
}

async function checkAll(session: pg.Client, environment: Environment): Promise<Progress> {
  const kept = openProgress(environment)
  const former = kept.read()
  if (former) say(`Going on with user ${former.nextUserId}, where the last run was (${kept.file}).`)
  const progress = former ?? kept.begin()
  let said = performance.now()
  for (;;) {
    const ids = await nextUsers(session, progress.nextUserId)
    const last = ids.at(-1)
    if (last === undefined) break
    await checkUsers(session, ids, progress)
    progress.nextUserId = String(BigInt(last) + 1n)
    kept.save(progress)
    if (performance.now() - said < SAY_MS) continue
    said = performance.now()
    say(`${formatCount(progress.users)} users, ${formatCount(progress.versions)} versions checked`)
  }
  kept.clear()
  return progress
}

async function checkOne(
  session: pg.Client,
  environment: Environment,
  id: number,
): Promise<Progress> {
  const { rowCount } = await session.query('SELECT FROM users WHERE id = $1', [id])
  if (rowCount === 0) throw new StartupError(`There is no user ${id}.`)
  const progress = openProgress(environment).begin()
  await checkUsers(session, [String(id)], progress)
  return progress
}

/** Has the worker compute wrong statistics anew. @returns of how many users */
async function repairStatistics(url: string, problems: readonly IntegrityProblem[]) {
  const wrong = problems.filter(({ kind }) => kind === 'statistics_wrong')
  const { database, close } = openDatabase(url, 1, createLog('warn'))
  try {
    return await repairUsers(
      database,
      wrong.map(({ user_id }) => BigInt(user_id)),
    )
  } finally {
    await close()
  }
}

function describe({ kind, user_id, transaction_id, version_id }: IntegrityProblem): string {
  const where = [
    `user ${user_id}`,
    ...(transaction_id === undefined ? [] : [`transaction ${transaction_id}`]),
    ...(version_id === undefined ? [] : [`version ${version_id}`]),
  ]
  return `${kind}: ${where.join(', ')}`
}

/**
 * Checks all users, or one.
 *
 * @throws StartupError when there is no such user
 */
export async function runVerify(
  environment: Environment,
  url: string,
  { userId, repair }: VerifyOptions,
): Promise<Outcome> {
  const started = performance.now()
  const session = await connectDedicated(url, 'passbook verify', LIMITS)
  try {
    const { users, versions, transactions, found, problems } =
      userId === undefined
        ? await checkAll(session, environment)
        : await checkOne(session, environment, userId)
    const repaired = repair ? await repairStatistics(url, problems) : 0
    const seconds = Math.round((performance.now() - started) / 100) / 10
    const lines = [
      ...problems.map(describe),
      ...(found > problems.length ? [`and ${formatCount(found - problems.length)} more`] : []),
      ...(repaired > 0
        ? [`Statistics of ${formatCount(repaired)} users will be computed anew.`]
        : []),
      `${formatCount(users)} users, ${formatCount(versions)} versions, ${formatCount(transactions)} transactions checked in ${seconds} s: ${found === 0 ? 'all fits' : `${formatCount(found)} problems`}.`,
    ]
    return {
      text: `${lines.join('\n')}\n`,
      document: { users, versions, transactions, found, problems, repaired, seconds },
      failed: found > 0,
    }
  } finally {
    await session.end().catch(() => undefined)
  }
}
