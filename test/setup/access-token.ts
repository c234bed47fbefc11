import type { FastifyInstance } from 'fastify'
import type { Services } from '../../src/services.ts'

const HOUR_MS = 3_600_000

/** Makes a session and its access token for any account, without the time that a password's hash takes. */
export async function createAccessToken(
  { app, services }: { readonly app: FastifyInstance; readonly services: Services },
  userId: number | bigint,
): Promise<string> {
  const { id } = await services.database.session.create({
    data: { userId, expiresAt: new Date(Date.now() + HOUR_MS) },
  })
  return app.jwt.sign({ sub: String(userId), sid: String(id) })
}

/** The id of the session that an access token belongs to. */
export const sessionOf = (token: string): number =>
  Number(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sid)
