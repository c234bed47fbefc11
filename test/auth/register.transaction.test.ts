import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import * as passwords from '../../src/lib/passwords/passwords.ts'
import { startTestService, type TestService } from '../setup/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.close())

it.each([{}, { 'idempotency-key': 'once' }])(
  'a password is hashed while no transaction is open, with the headers %j',
  async (headers) => {
    const { hashPassword } = passwords
    const open: unknown[] = []
    const hashing = vi.spyOn(passwords, 'hashPassword').mockImplementation(async (password) => {
      open.push(
        ...(await service.database.query(
          `SELECT state, query FROM pg_stat_activity
           WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
        )),
      )
      return await hashPassword(password)
    })
    const body = { username: `user${Object.keys(headers).length}`, password: 'a long password' }
    const { status } = await service.call('register', { body, headers })
    expect(hashing).toHaveBeenCalledOnce()
    hashing.mockRestore()
    expect(status).toBe(201)
    expect(open).toEqual([])
  },
)
