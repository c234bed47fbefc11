import type { Database } from '../../database/client.ts'
import type { BusiestUser } from '../../generated/schemas.ts'
import type { UserService } from '../users/users.public.ts'
import { busiestUserView } from './analytics.view.ts'

export type BusiestUsers = ReturnType<typeof createBusiestUsers>

export function createBusiestUsers({
  database,
  users,
}: {
  readonly database: Database
  readonly users: Pick<UserService, 'findMany'>
}) {
  return {
    /** The users with the most transactions in one currency, at most `limit` of them. Rights are the caller's to check. */
    async list(limit: number): Promise<BusiestUser[]> {
      const totals = await database.userStatistics.findMany({
        orderBy: [{ transactionCount: 'desc' }, { userId: 'asc' }, { currency: 'asc' }],
        take: limit,
      })
      const found = await users.findMany([...new Set(totals.map(({ userId }) => Number(userId)))])
      // Who was deleted in between is left out.
      return totals.flatMap((row) => {
        const user = found.get(Number(row.userId))
        return user ? [busiestUserView(row, user.name)] : []
      })
    },
  }
}
