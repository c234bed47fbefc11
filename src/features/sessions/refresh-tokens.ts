import { createHash, randomBytes } from 'node:crypto'

const TOKEN_BYTES = 32

/** A new refresh token. */
export const createRefreshToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url')

/** The SHA-256 that is stored of a refresh token. It is long and random, so no slow hash is needed. */
export const hashRefreshToken = (token: string) =>
  new Uint8Array(createHash('sha256').update(token).digest())
