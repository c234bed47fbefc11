import { randomBytes } from 'node:crypto'
import type { Role, Scope } from '../../src/generated/schemas.ts'
import type { TestService } from '../setup/service.ts'

/** An account with an access token. */
export interface Person {
  readonly id: number
  readonly role: Role
  readonly token: string
}

/** What one request is about: whose records it names, and who else is there. */
export interface Scene {
  readonly service: TestService
  readonly owner: Person
}

/** An account that can do everything but log in: that would take the time of a password's hash. */
export async function createPerson(service: TestService, role: Role): Promise<Person> {
  const { users } = service.services
  const email = `${randomBytes(8).toString('hex')}@people.example`
  const { id } = await users.create({ name: 'Test Person', email, role })
  return { id: Number(id), role, token: service.app.jwt.sign({ sub: String(id) }) }
}

/** A key that acts as somebody. */
export async function createKey(
  service: TestService,
  { id, role }: Person,
  scopes: readonly Scope[],
): Promise<string> {
  const { apiKeys } = service.services
  return (await apiKeys.create({ id, role }, { name: 'A key', scopes: [...scopes] })).key
}
