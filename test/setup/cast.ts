import { afterAll, beforeAll } from 'vitest'
import { type Account, startTestService, type TestService } from './service.ts'

/** A service, with one account of each kind of caller. */
export interface Cast {
  readonly service: TestService
  readonly user: Account
  /** A second user, to test access to other users' data. */
  readonly other: Account
  readonly staff: Account
  readonly admin: Account
}

/**
 * Starts a service before the tests of a file or `describe`, and stops it after them.
 *
 * @returns an object that is empty until the tests run: read its fields only inside tests
 */
export function useCast(options: Parameters<typeof startTestService>[0] = {}): Cast {
  const cast = {} as { -readonly [Name in keyof Cast]: Cast[Name] }
  beforeAll(async () => {
    cast.service = await startTestService(options)
    cast.user = await cast.service.createAccount()
    cast.other = await cast.service.createAccount()
    cast.staff = await cast.service.createAccount('staff')
    cast.admin = await cast.service.createAccount('admin')
  })
  afterAll(() => cast.service.close())
  return cast
}
