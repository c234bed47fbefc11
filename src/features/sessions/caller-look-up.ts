import type { LookUps } from '../../database/client.ts'
import { shareStatement } from '../../database/sharing/share-statement.ts'
import type { Role } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'

/** What an access token says. */
interface Claimed {
  readonly userId: number
  readonly sessionId: number
}

/** Each session and account is looked up by index, whatever the statistics of the tables say. */
const CALLERS = `
  SELECT asked.place::int AS place, account.role
  FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS asked (session_id, user_id, place)
  CROSS JOIN LATERAL (
    SELECT sessions.user_id FROM sessions
    WHERE sessions.id = asked.session_id AND sessions.user_id = asked.user_id
      AND sessions.expires_at > now() OFFSET 0) AS session
  CROSS JOIN LATERAL (
    SELECT users.role::text AS role FROM users
    WHERE users.id = session.user_id AND users.disabled_at IS NULL OFFSET 0) AS account`

/**
 * Creates what finds the accounts that access tokens were made out to. Requests that arrive
 * together share one look-up.
 */
export function createCallerLookUp(lookUps: LookUps) {
  const roleOf = shareStatement(async (claims: readonly Claimed[]) => {
    const places = new Map<number, number[]>()
    const sessions: number[] = []
    const users: number[] = []
    // Many requests of one turn may come from one session.
    const asked = new Map<string, number[]>()
    claims.forEach(({ userId, sessionId }, index) => {
      const key = `${sessionId}:${userId}`
      const same = asked.get(key)
      if (same) {
        same.push(index)
        return
      }
      const indexes = [index]
      asked.set(key, indexes)
      places.set(sessions.push(sessionId), indexes)
      users.push(userId)
    })
    const rows = await lookUps.rows<{ place: number; role: Role }>(CALLERS, [sessions, users])
    const roles: (Role | undefined)[] = claims.map(() => undefined)
    for (const { place, role } of rows) {
      for (const index of places.get(place) ?? []) roles[index] = role
    }
    return roles
  }, lookUps)

  /** Undefined when session or account are gone or disabled. */
  return async (userId: number, sessionId: number): Promise<Caller | undefined> => {
    const role = await roleOf({ userId, sessionId })
    return role && { id: userId, role, sessionId }
  }
}
