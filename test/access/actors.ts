import type { Scope } from '../../src/generated/schemas.ts'
import { createAccessToken } from '../setup/access-token.ts'
import type { TestService } from '../setup/service.ts'
import { ALL_SCOPES } from './operations.ts'
import { createKey, createPerson, type Person, type Scene } from './scene.ts'

/** A caller of operations. */
export interface Actor {
  readonly name: string
  /** The account the credential belongs to; absent if the credential must be refused. */
  readonly as?: 'owner' | 'user' | 'staff' | 'admin'
  /** The scopes of the API key; absent if it is none. */
  readonly scopes?: (needed: readonly Scope[]) => readonly Scope[]
  /** The credential to send. */
  readonly credential: (
    scene: Scene,
    people: People,
    scopes: readonly Scope[],
  ) => Promise<string | undefined> | string | undefined
}

/** The callers that exist for all requests. */
export type People = Readonly<Record<'user' | 'staff' | 'admin' | 'disabled', Person>>

export async function createPeople(service: TestService): Promise<People> {
  const disabled = await createPerson(service, 'admin')
  await service.database.query('UPDATE users SET disabled_at = now() WHERE id = $1', [disabled.id])
  return {
    disabled,
    user: await createPerson(service, 'user'),
    staff: await createPerson(service, 'staff'),
    admin: await createPerson(service, 'admin'),
  }
}

const all = () => ALL_SCOPES
const others = (needed: readonly Scope[]) => ALL_SCOPES.filter((scope) => !needed.includes(scope))

async function expiredKey({ service }: Scene, { admin }: People): Promise<string> {
  const key = await createKey(service, admin, ALL_SCOPES)
  await service.database.query(
    `UPDATE api_keys SET expires_at = now() WHERE key_hash = sha256(convert_to($1, 'UTF8'))`,
    [key],
  )
  return key
}

async function endedSession({ service }: Scene, { admin }: People): Promise<string> {
  const token = await createAccessToken(service, admin.id)
  await service.call('deleteSessions', { token })
  return token
}

export const actors: readonly Actor[] = [
  { name: 'nobody', credential: () => undefined },
  { name: 'a token that is none', credential: () => 'a.token.thatisnone' },
  { name: 'a key that is none', credential: () => `pb_${'x'.repeat(49)}` },
  { name: 'a disabled admin', credential: (_, { disabled }) => disabled.token },
  {
    name: 'a disabled admin’s key',
    credential: ({ service }, { disabled }) => createKey(service, disabled, ALL_SCOPES),
  },
  { name: 'an admin’s expired key', credential: expiredKey },
  { name: 'an admin whose session ended', credential: endedSession },
  { name: 'the owner', as: 'owner', credential: ({ owner }) => owner.token },
  {
    name: 'another user',
    as: 'user',
    credential: ({ service }, { user }) => createAccessToken(service, user.id),
  },
  {
    name: 'staff',
    as: 'staff',
    credential: ({ service }, { staff }) => createAccessToken(service, staff.id),
  },
  {
    name: 'an admin',
    as: 'admin',
    credential: ({ service }, { admin }) => createAccessToken(service, admin.id),
  },
  {
    name: 'the owner’s key with all scopes',
    as: 'owner',
    scopes: all,
    credential: ({ service, owner }, _, scopes) => createKey(service, owner, scopes),
  },
  {
    name: 'another user’s key with all scopes',
    as: 'user',
    scopes: all,
    credential: ({ service }, { user }, scopes) => createKey(service, user, scopes),
  },
  {
    name: 'an admin’s key with all scopes',
    as: 'admin',
    scopes: all,
    credential: ({ service }, { admin }, scopes) => createKey(service, admin, scopes),
  },
  {
    name: 'an admin’s key with the other scopes',
    as: 'admin',
    scopes: others,
    credential: ({ service }, { admin }, scopes) => createKey(service, admin, scopes),
  },
]
