import { randomBytes } from 'node:crypto'
import type { Role, Scope } from '../../src/generated/schemas.ts'
import { createAccessToken } from '../setup/access-token.ts'
import { hashOfPassword } from '../setup/password.ts'
import type { TestService } from '../setup/service.ts'

/** An account with an access token. */
export interface Person {
  readonly id: number
  readonly role: Role
  readonly token: string
}

/** The situation of a request: whose records it names, and who else exists. */
export interface Scene {
  readonly service: TestService
  readonly owner: Person
}

/** An account that can log in. */
export async function createPerson(service: TestService, role: Role): Promise<Person> {
  const { users } = service.services
  const username = `p${randomBytes(8).toString('hex')}`
  const email = { address: `${username}@people.example`, verified: true }
  const passwordHash = await hashOfPassword()
  const { id } = await users.create({ name: 'Test Person', username, email, role, passwordHash })
  return { id: Number(id), role, token: await createAccessToken(service, id) }
}

/** An API key of an account. */
export async function createKey(
  service: TestService,
  { id, role }: Person,
  scopes: readonly Scope[],
): Promise<string> {
  const { apiKeys } = service.services
  return (await apiKeys.create({ id, role }, { name: 'A key', scopes: [...scopes] })).key
}
