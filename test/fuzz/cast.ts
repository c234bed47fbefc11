import { randomBytes } from 'node:crypto'
import type { Role, Scope } from '../../src/generated/schemas.ts'
import { ALL_SCOPES } from '../access/operations.ts'
import {
  createHttpClient,
  type HttpAnswer,
  type HttpClient,
  logIn,
} from '../setup/http/http-client.ts'

/** Somebody who sends requests. */
export interface Actor {
  readonly name: string
  /** Absent where no valid credential is sent. */
  readonly role?: Role
  /** What an API key may do; absent where it is none. */
  readonly scopes?: readonly Scope[]
  /** The value of the header `Authorization`; absent where it is not sent. */
  readonly authorization?: string
  /** Whether the customer whose records a case changes are their own. */
  readonly owns?: boolean
}

/** The customer whose records a case changes, and the key that acts as them. */
export interface Owner {
  readonly id: number
  readonly actor: Actor
}

export type Cast = Awaited<ReturnType<typeof createCast>>

const bearer = (token: string | undefined) => `Bearer ${token}`

async function must(
  client: HttpClient,
  path: string,
  body: unknown,
  method = 'POST',
): Promise<HttpAnswer> {
  const answer = await client.request(method, path, body)
  if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}`)
  return answer
}

/** The accounts that all cases share. None of them is ever changed by a case. */
export async function createCast(
  url: string,
  admin: { readonly username: string; readonly password: string },
) {
  const root = await logIn(url, admin.username, admin.password)

  async function account(role: Role) {
    const username = `${role}-${randomBytes(4).toString('hex')}`
    const password = randomBytes(12).toString('base64url')
    const { body } = await must(createHttpClient(url), '/v1/register', { username, password })
    if (role !== 'user') await must(root, `/v1/users/${body.user.id}`, { role }, 'PUT')
    const { token } = await logIn(url, username, password)
    return { id: body.user.id as number, authorization: bearer(token) }
  }

  async function key(userId: number, scopes: readonly Scope[]): Promise<string> {
    const request = { name: 'Fuzz', scopes, user_id: userId }
    return bearer((await must(root, '/v1/api-keys', request)).body.key)
  }

  const user = await account('user')
  const staff = await account('staff')
  const second = await account('admin')
  const disabled = await account('staff')
  await must(root, `/v1/users/${disabled.id}`, { disabled: true }, 'PUT')

  const actors: readonly Actor[] = [
    { name: 'nobody' },
    { name: 'garbage', authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.' },
    { name: 'basic', authorization: 'Basic YWRtaW46YWRtaW4=' },
    { name: 'wrong-key', authorization: `Bearer pb_${'x'.repeat(49)}` },
    { name: 'huge', authorization: `Bearer ${'x'.repeat(6_000)}` },
    { name: 'disabled', authorization: disabled.authorization },
    { name: 'user', role: 'user', authorization: user.authorization },
    { name: 'staff', role: 'staff', authorization: staff.authorization },
    { name: 'admin', role: 'admin', authorization: second.authorization },
    {
      name: 'admin-key',
      role: 'admin',
      scopes: ALL_SCOPES,
      authorization: await key(second.id, ALL_SCOPES),
    },
  ]
  const narrow: Actor[] = []
  for (const scope of ALL_SCOPES) {
    const authorization = await key(second.id, [scope])
    narrow.push({ name: scope, role: 'admin', scopes: [scope], authorization })
  }

  return {
    root,
    actors: [...actors, ...narrow],
    /** A new customer with a key for all that customers may do. */
    async createOwner(): Promise<Owner> {
      const email = `${randomBytes(6).toString('hex')}@owner.example`
      const { body } = await must(root, '/v1/users', { name: 'The Owner', email })
      const authorization = await key(body.id, ALL_SCOPES)
      const actor: Actor = {
        name: 'owner',
        role: 'user',
        scopes: ALL_SCOPES,
        authorization,
        owns: true,
      }
      return { id: body.id, actor }
    },
  }
}
