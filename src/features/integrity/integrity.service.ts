import type { Database } from '../../database/client.ts'
import { invalid, notFound, queryError } from '../../errors.ts'
import type { IntegrityProblem, IntegrityReport } from '../../generated/schemas.ts'

/** After so long a request checks no further user. */
const MAX_MS = 1_500
/** How many users a request checks at most. */
const MAX_USERS = 1_000
/** A user with more versions would take too long for a request. */
const MAX_VERSIONS = 50_000

/** Which users to check. */
export interface IntegrityQuery {
  readonly user_id?: number
  readonly from_user_id?: number
}

interface CheckedUser {
  readonly versions: bigint
  readonly transactions: bigint
  readonly problems: readonly IntegrityProblem[]
}

export type IntegrityService = ReturnType<typeof createIntegrityService>

export function createIntegrityService({ database }: { readonly database: Database }) {
  /** Checks a user. @returns undefined for one with too many versions */
  async function checkUser(id: bigint): Promise<CheckedUser | undefined> {
    const [checked] = await database.$queryRaw<CheckedUser[]>`
      SELECT checked.*
      FROM (
        SELECT count(*) AS versions
        FROM (SELECT FROM transaction_versions WHERE user_id = ${id} LIMIT ${MAX_VERSIONS + 1}) AS read) AS counted
      CROSS JOIN LATERAL (
        SELECT * FROM user_integrity(${id}) WHERE counted.versions <= ${MAX_VERSIONS}) AS checked`
    return checked
  }

  /** The users that a request is to check, and the one after them. */
  async function choose(query: IntegrityQuery): Promise<readonly bigint[]> {
    const { user_id, from_user_id = 1 } = query
    if (user_id !== undefined) {
      const user = await database.user.findUnique({
        where: { id: user_id },
        select: { id: true },
      })
      if (user === null) throw notFound('User', user_id)
      return [user.id]
    }
    const chosen = await database.user.findMany({
      where: { id: { gte: from_user_id } },
      select: { id: true },
      orderBy: { id: 'asc' },
      take: MAX_USERS + 1,
    })
    return chosen.map(({ id }) => id)
  }

  return {
    /** Checks one user, or as many as a request can. @throws AppError 404 for the user, 422 */
    async check(query: IntegrityQuery): Promise<IntegrityReport> {
      if (query.user_id !== undefined && query.from_user_id !== undefined) {
        throw invalid([
          queryError('from_user_id', 'paging', 'cannot be combined with user_id: send only one'),
        ])
      }
      const until = performance.now() + MAX_MS
      const ids = await choose(query)
      const report = { checked_users: 0, versions: 0, transactions: 0 }
      const problems: IntegrityProblem[] = []
      const skipped: number[] = []
      let done = 0
      while (done < Math.min(ids.length, MAX_USERS) && performance.now() < until) {
        const id = ids[done] as bigint
        const checked = await checkUser(id)
        done += 1
        if (checked === undefined) {
          skipped.push(Number(id))
          continue
        }
        report.checked_users += 1
        report.versions += Number(checked.versions)
        report.transactions += Number(checked.transactions)
        problems.push(...checked.problems)
      }
      const next = ids[done]
      return {
        ...report,
        problems,
        skipped_user_ids: skipped,
        next_user_id: next === undefined ? null : Number(next),
      }
    },
  }
}
