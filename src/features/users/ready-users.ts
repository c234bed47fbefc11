import type { Cache } from '../../cache/cache.ts'
import type { LookUps } from '../../database/client.ts'
import { shareStatement } from '../../database/sharing/share-statement.ts'
import { notFound } from '../../errors.ts'
import type { User } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import { ReadyAnswer } from '../../lib/answers/ready-answer.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { mayAccess } from './access.ts'
import { decryptUser, type ShownRow } from './fields.ts'
import { SHOWN } from './shown.ts'
import { userView } from './users.view.ts'

interface Deps {
  readonly lookUps: LookUps
  readonly crypto: FieldCrypto
  readonly cache: Cache
}

/** A user as GET answers, and the version of the row that this was made from. */
class ReadyUser extends ReadyAnswer<User> {
  constructor(
    user: User,
    readonly version: string,
  ) {
    super(user)
  }
}

/** What is asked of a user: their row, unless its version is the known one. */
interface Asked {
  readonly id: number
  readonly known: string | undefined
}

type Found = { readonly version: string } & (
  | { readonly id: null }
  | (Omit<ShownRow, 'id'> & { readonly id: string })
)

/** The answer that is kept about a user, and what the row says of it now. */
export interface SeenUser {
  readonly kept: ReadyUser | undefined
  readonly found: Found | undefined
}

const questionOf = (userId: number) => ({ userId, kind: 'user', name: '' }) as const

/**
 * Each change of a row gives it another transaction id or another place. Together they are the
 * version of its content.
 */
const ROWS = `
  SELECT asked.place::int AS place, seen.version, ${SHOWN.sql}
  FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS asked (id, known, place)
  CROSS JOIN LATERAL (
    SELECT users.xmin::text || users.ctid::text AS version FROM users
    WHERE users.id = asked.id OFFSET 0) AS seen
  LEFT JOIN LATERAL (
    SELECT users.* FROM users
    WHERE users.id = asked.id AND seen.version IS DISTINCT FROM asked.known OFFSET 0) AS shown ON true`

/**
 * Creates what answers with a user. Answers are kept ready by the version of the row, which each
 * request looks up: none is stale. Requests that arrive together share the look-up.
 */
export function createReadyUsers({ lookUps, crypto, cache }: Deps) {
  const find = shareStatement(async (asked: readonly Asked[]) => {
    const rows = await lookUps.rows<Found & { readonly place: number }>(ROWS, [
      asked.map(({ id }) => id),
      asked.map(({ known }) => known ?? null),
    ])
    const found: (Found | undefined)[] = asked.map(() => undefined)
    for (const row of rows) found[row.place - 1] = row
    return found
  }, lookUps)

  async function look(id: number): Promise<SeenUser> {
    const kept = cache.kept(questionOf(id)) as ReadyUser | undefined
    return { kept, found: await find({ id, known: kept?.version }) }
  }

  return {
    /** Looks a user up, unless the kept answer is still right. */
    look,

    /**
     * @param seen what was looked up ahead
     * @throws AppError 404 when there is no such user, or it is not the caller's to see
     */
    async show(caller: Caller, id: number, seen?: Promise<SeenUser>): Promise<ReadyAnswer<User>> {
      if (!mayAccess(caller, id)) throw notFound('User', id)
      const { kept, found } = await (seen ?? look(id))
      if (found === undefined) throw notFound('User', id)
      if (kept && found.id === null) return kept
      const row = { ...found, id: BigInt(id) } as ShownRow
      const made = new ReadyUser(userView(decryptUser(crypto, row)), found.version)
      cache.keep(questionOf(id), made)
      return made
    },
  }
}
