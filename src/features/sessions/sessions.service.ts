import type { Database, LookUps } from '../../database/client.ts'
import { notFound } from '../../errors.ts'
import type { Caller } from '../../http/auth.ts'
import type { Client } from '../../http/client.ts'
import { type Page, type PagingQuery, pageById } from '../../http/paging.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { DAY_MS } from '../../lib/day.ts'
import { createCallerLookUp } from './caller-look-up.ts'
import { endSessions } from './end-sessions.ts'
import { decryptSession, encryptClient, type SessionRecord } from './fields.ts'
import { createRefreshToken, hashRefreshToken } from './refresh-tokens.ts'

/** What tokens are issued for. */
export interface Started {
  readonly userId: bigint
  readonly sessionId: bigint
  readonly refreshToken: string
  /** When the session ends, unless it is renewed. */
  readonly expiresAt: Date
}

interface Deps {
  readonly database: Database
  readonly lookUps: LookUps
  readonly crypto: FieldCrypto
  readonly refreshTokenDays: number
}

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000)

export type SessionService = ReturnType<typeof createSessionService>

export function createSessionService({ database, lookUps, crypto, refreshTokenDays }: Deps) {
  const nextExpiry = () => new Date(Date.now() + refreshTokenDays * DAY_MS)

  return {
    /**
     * Begins a session. Undefined if the account was deleted, or got another password since this one was checked:
     * then the sessions that a new password ends include this one.
     *
     * @param lifetimeSeconds until it ends, unless it is renewed; by default as long as a refresh token is good
     */
    async start(
      account: { readonly id: bigint; readonly passwordHash: string | null },
      client: Client,
      lifetimeSeconds?: number,
    ): Promise<Started | undefined> {
      const refreshToken = createRefreshToken()
      const expiresAt = lifetimeSeconds === undefined ? nextExpiry() : inSeconds(lifetimeSeconds)
      const { address, userAgent } = encryptClient(crypto, account.id, client)
      const [started] = await database.$queryRaw<{ sessionId: bigint }[]>`
        WITH account AS (
          SELECT id FROM users WHERE id = ${account.id} AND password_hash = ${account.passwordHash} FOR SHARE
        ), session AS (
          INSERT INTO sessions (user_id, expires_at, address, user_agent)
          SELECT id, ${expiresAt}, ${address}::bytea, ${userAgent}::bytea FROM account RETURNING id
        )
        INSERT INTO refresh_tokens (session_id, token_hash, expires_at)
        SELECT id, ${hashRefreshToken(refreshToken)}, ${expiresAt} FROM session
        RETURNING session_id AS "sessionId"`
      if (started === undefined) return undefined
      return { userId: account.id, sessionId: started.sessionId, refreshToken, expiresAt }
    },

    /**
     * Exchanges a refresh token for a new one. Using a token twice means that somebody else has it too, so its
     * session ends. Undefined for a token that is unknown, expired, or used before, or whose account is disabled.
     *
     * Exchanges and the end of a session take turns by a lock on the session, before that on a token.
     */
    async exchange(token: string): Promise<Started | undefined> {
      const tokenHash = hashRefreshToken(token)
      const started = await database.$transaction(async (tx) => {
        const [session] = await tx.$queryRaw<{ id: bigint; userId: bigint }[]>`
          SELECT sessions.id, users.id AS "userId" FROM refresh_tokens
          JOIN sessions ON sessions.id = refresh_tokens.session_id
          JOIN users ON users.id = sessions.user_id
          WHERE refresh_tokens.token_hash = ${tokenHash} AND users.disabled_at IS NULL
          FOR NO KEY UPDATE OF sessions`
        if (session === undefined) return undefined
        const now = new Date()
        const { count } = await tx.refreshToken.updateMany({
          where: { tokenHash, usedAt: null, expiresAt: { gt: now } },
          data: { usedAt: now },
        })
        if (count === 0) return undefined
        const refreshToken = createRefreshToken()
        const expiresAt = nextExpiry()
        await tx.refreshToken.create({
          data: { sessionId: session.id, tokenHash: hashRefreshToken(refreshToken), expiresAt },
        })
        await tx.session.update({
          where: { id: session.id },
          data: { lastUsedAt: now, expiresAt },
          select: { id: true },
        })
        return { userId: session.userId, sessionId: session.id, refreshToken, expiresAt }
      })
      if (started === undefined) {
        await database.session.deleteMany({
          where: { refreshTokens: { some: { tokenHash, usedAt: { not: null } } } },
        })
      }
      return started
    },

    /** Has a session go on for this many seconds from now. @returns when it ends */
    async renew(id: number, lifetimeSeconds: number): Promise<Date> {
      const expiresAt = inSeconds(lifetimeSeconds)
      await database.session.updateMany({
        where: { id },
        data: { lastUsedAt: new Date(), expiresAt },
      })
      return expiresAt
    },

    /** Ends the session of a refresh token. An unknown token is no error. */
    async endByToken(token: string): Promise<void> {
      const tokenHash = hashRefreshToken(token)
      await database.session.deleteMany({ where: { refreshTokens: { some: { tokenHash } } } })
    },

    /** The caller's own sessions, newest first. @throws AppError 422 */
    async list(caller: Caller, query: PagingQuery): Promise<Page<SessionRecord>> {
      const where = { userId: caller.id, expiresAt: { gt: new Date() } }
      const page = await pageById(
        query,
        'desc',
        (range) => database.session.findMany({ ...range, where: { ...where, ...range.where } }),
        () => database.session.count({ where }),
      )
      return { ...page, items: page.items.map((session) => decryptSession(crypto, session)) }
    },

    /** Ends one of the caller's own sessions. @throws AppError 404 */
    async end(caller: Caller, id: number): Promise<void> {
      const { count } = await database.session.deleteMany({ where: { id, userId: caller.id } })
      if (count === 0) throw notFound('Session', id)
    },

    /** Ends all of the caller's sessions. */
    async endAll(caller: Caller): Promise<void> {
      await endSessions(database, caller.id)
    },

    /** The account that an access token was made out to; undefined when session or account are gone or disabled. */
    findCaller: createCallerLookUp(lookUps),
  }
}
