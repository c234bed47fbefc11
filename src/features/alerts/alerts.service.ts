import type { Database, PlainDatabase, Prisma } from '../../database/client.ts'
import { notFound } from '../../errors.ts'
import type { AlertKind, AlertStatus, AlertUpdate } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import { type Page, type PagingQuery, pageById } from '../../http/paging.ts'
import type { Metrics } from '../../lib/metrics.ts'
import type { UserService } from '../users/users.public.ts'
import type { AlertRules } from './alert-rules.ts'
import { raiseAlerts } from './raise-alerts.ts'

/** Beyond this many matching alerts the total is left out, as counting them takes long. */
const MAX_COUNTED = 2_000

interface Deps {
  readonly database: Database
  readonly prepared: PlainDatabase
  readonly users: UserService
  readonly metrics: Metrics
  readonly rules: AlertRules
}

export type AlertRecord = Prisma.AlertGetPayload<object>

/** The filters and the paging of the list. */
export interface AlertQuery extends PagingQuery {
  readonly status?: AlertStatus
  readonly kind?: AlertKind
  readonly user_id?: number
}

export type AlertService = ReturnType<typeof createAlertService>

/** Alerts: what staff should look at. The worker raises them. */
export function createAlertService(deps: Deps) {
  const { database, users } = deps

  async function count(where: Prisma.AlertWhereInput): Promise<number | undefined> {
    const some = await database.alert.findMany({
      where,
      select: { id: true },
      take: MAX_COUNTED + 1,
    })
    return some.length > MAX_COUNTED ? undefined : some.length
  }

  async function find(id: number): Promise<AlertRecord> {
    const row = await database.alert.findFirst({ where: { id } })
    if (row === null) throw notFound('Alert', id)
    return row
  }

  return {
    /** Newest first. @throws AppError 422 */
    async list({ status, kind, user_id, ...paging }: AlertQuery): Promise<Page<AlertRecord>> {
      const where: Prisma.AlertWhereInput = {
        ...(status !== undefined && { status }),
        ...(kind !== undefined && { kind }),
        ...(user_id !== undefined && { userId: user_id }),
      }
      return await pageById(
        paging,
        'desc',
        (range) => database.alert.findMany({ ...range, where: { ...where, ...range.where } }),
        () => count(where),
      )
    },

    /** @throws AppError 404 */
    get: find,

    /**
     * Acknowledges an alert. Who did so first, and when, stays; the note is that of the last.
     *
     * @throws AppError 403 for an alert about a colleague, 404
     */
    async acknowledge(
      caller: Caller,
      id: number,
      { status, note }: AlertUpdate,
    ): Promise<AlertRecord> {
      return await database.$transaction(async (tx) => {
        const { userId } = await find(id)
        await users.lock(tx, caller, Number(userId))
        await tx.alert.updateMany({
          where: { id, userId, acknowledgedAt: null },
          data: { status, acknowledgedBy: caller.id, acknowledgedAt: new Date() },
        })
        const where = { id_userId: { id, userId } }
        return note === undefined
          ? await tx.alert.findUniqueOrThrow({ where })
          : await tx.alert.update({ where, data: { note } })
      })
    },

    /** Raises the alerts that users' changes give cause for. */
    raise: (userIds: readonly number[]): Promise<void> => raiseAlerts(deps, userIds),
  }
}
