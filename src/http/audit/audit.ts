import { Readable } from 'node:stream'
import type { Database } from '../../database/client.ts'
import { inUnitOfWork } from '../../database/unit-of-work.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { within } from '../../lib/in-time.ts'
import type { Log } from '../../lib/log.ts'
import type { Exchange } from '../conventions.ts'
import { networkOf } from '../rate-limit.ts'
import { type AuditEntry, storeEntries } from './entries.ts'
import { createRefusals } from './refusals.ts'
import { subjectOf, usersConcerned } from './subject.ts'

/** What the OpenAPI document says of an operation's audit entries. */
export interface AuditedOperation {
  readonly url: string
  readonly audit: {
    readonly action: string
    /** If not empty, only requests that give one of these body fields leave an entry. */
    readonly fields: readonly string[]
    /** Whether its entry is stored after what the operation commits, not with it. */
    readonly apart: boolean
    /** Statuses that mean a refusal besides the usual ones. */
    readonly refused: readonly number[]
  } | null
}

export type Audit = ReturnType<typeof createAudit>

/** Answers by which a request counts as refused. A request that is malformed was none yet. */
const REFUSED = [401, 403, 404, 409, 429]
const MINUTE_MS = 60_000
/** How long a refusal waits for its entry. It is stored later then, or never. */
const MAX_WAIT_MS = 1_000

type Work = () => Promise<unknown>
type Audited = NonNullable<AuditedOperation['audit']>

function leavesEntry({ fields }: Audited, { request }: Exchange): boolean {
  if (request.method === 'HEAD') return false
  const body = (request.body ?? {}) as Readonly<Record<string, unknown>>
  return fields.length === 0 || fields.some((field) => body[field] !== undefined)
}

/**
 * Notes who did what, for operations with `x-audit`. No handler can forget it: the router calls this for every request.
 */
export function createAudit(deps: {
  readonly database: Database
  readonly crypto: FieldCrypto
  readonly log: Log
}) {
  const { database, crypto, log } = deps
  const refusals = createRefusals()
  let minute: NodeJS.Timeout | undefined

  function entriesOf(
    { url }: AuditedOperation,
    { action }: Audited,
    exchange: Exchange,
    outcome: AuditEntry['outcome'],
    answer?: unknown,
  ): readonly AuditEntry[] {
    const { request, caller } = exchange
    const named = [...(request.concernedUsers ?? [])]
    const users = named.length > 0 ? named : usersConcerned(url, exchange, answer)
    const subject = subjectOf(url, exchange)
    // Who registers or logs in has no credential yet.
    const self = outcome === 'succeeded' && users.length === 1 ? users[0] : undefined
    const entry = {
      action,
      outcome,
      actorId: caller?.id ?? self,
      apiKeyId: caller?.apiKeyId,
      requestId: request.id,
      address: request.ip,
    }
    if (users.length === 0) return [{ ...entry, subject }]
    return users.map((userId) => ({ ...entry, userId, subject: subject ?? `user:${userId}` }))
  }

  /** An entry that cannot be stored does not change the refusal. */
  const storeQuietly = (entries: readonly AuditEntry[]): Promise<void> =>
    storeEntries(database, crypto, entries).catch((error: unknown) =>
      log.warn({ err: error }, 'refusals are missing from the audit entries'),
    )

  const endMinute = (): Promise<void> => {
    clearTimeout(minute)
    minute = undefined
    return storeQuietly(refusals.endMinute())
  }

  return {
    /**
     * Makes the work of a request store its entry when it succeeds: within the current unit of work, so that both are
     * committed or neither is.
     *
     * @param begin starts a unit of work of its own where the request has none yet
     */
    async recording(
      operation: AuditedOperation,
      exchange: Exchange,
      work: Work,
      begin: 'unit' | 'joined',
    ): Promise<unknown> {
      const { audit } = operation
      if (audit === null || !leavesEntry(audit, exchange)) return await work()
      const workAndNote = async () => {
        // Another try may concern others.
        exchange.request.concernedUsers = undefined
        const answer = await work()
        const entries = entriesOf(operation, audit, exchange, 'succeeded', answer)
        await storeEntries(database, crypto, entries).catch((error: unknown) => {
          // Nobody reads a file that is not sent.
          if (answer instanceof Readable) answer.destroy()
          throw error
        })
        return answer
      }
      if (begin === 'joined' || audit.apart) return await workAndNote()
      return await inUnitOfWork(database, workAndNote)
    },

    /** Stores that a request was refused, if its answer says so. */
    async refused(operation: AuditedOperation, exchange: Exchange): Promise<void> {
      const { request, reply, caller } = exchange
      const { audit } = operation
      if (audit === null || ![...REFUSED, ...audit.refused].includes(reply.statusCode)) return
      if (!leavesEntry(audit, exchange)) return
      const source = caller === undefined ? `address:${networkOf(request)}` : `account:${caller.id}`
      const entries = entriesOf(operation, audit, exchange, 'refused')
      for (const entry of entries) {
        minute ??= setTimeout(() => void endMinute(), MINUTE_MS).unref()
        if (refusals.admit(source, entry)) await within(MAX_WAIT_MS, storeQuietly([entry]))
      }
    },

    /** Stores the refusals that were only counted so far. */
    flush: endMinute,
  }
}

/** Deletes entries of more than so many days, in steps that hold up nobody. */
export async function deleteOldAuditEntries(database: Database, days: number): Promise<void> {
  const MOST = 5_000
  for (;;) {
    const [row] = await database.$queryRaw<[{ deleted: number }]>`
      SELECT delete_old_audit_entries(${days}::int, ${MOST}::int) AS deleted`
    if (row.deleted < MOST) return
  }
}
