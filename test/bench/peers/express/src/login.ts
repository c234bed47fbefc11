import { createSecretKey } from 'node:crypto'
import type { RequestHandler } from 'express'
import jwt from 'jsonwebtoken'
import { z } from 'zod'

/** A ready key: with a text, `verify` tries to read a public key first, which takes half of a cached read. */
const SECRET = createSecretKey(Buffer.from(process.env['JWT_SECRET'] as string))
const SCHEME = 'Bearer '
const Credentials = z.object({ username: z.string(), password: z.string() })

/** Answers a login with an access token. */
export const logIn: RequestHandler = (request, response) => {
  const { username, password } = Credentials.parse(request.body)
  if (username !== process.env['ADMIN_USERNAME'] || password !== process.env['ADMIN_PASSWORD']) {
    response.status(401).json({ error: 'wrong credentials' })
    return
  }
  const token = jwt.sign({ sub: username }, SECRET, { expiresIn: '12h' })
  response.json({ access_token: token })
}

/** Lets through who sends an access token. */
export const authenticate: RequestHandler = (request, response, next) => {
  const { authorization = '' } = request.headers
  try {
    if (!authorization.startsWith(SCHEME)) throw new Error('no token')
    jwt.verify(authorization.slice(SCHEME.length), SECRET, { algorithms: ['HS256'] })
  } catch {
    response.status(401).json({ error: 'invalid token' })
    return
  }
  next()
}
