import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { openSession } from '../setup/session.ts'

const cast = useCast()

/** Keeps a user as a load does that books transactions of theirs. */
async function keep(id: number) {
  const session = await openSession(cast.service.database.url)
  await session.query('BEGIN')
  await session.query('SELECT FROM users WHERE id = $1 FOR KEY SHARE', [id])
  return session
}

describe('a user whom a running load names', () => {
  it('is not deleted, and whoever asks is told within 5 s', async () => {
    const { service, admin } = cast
    const { id } = await service.createCustomer(admin.token)
    const { id: other } = await service.createCustomer(admin.token)
    const session = await keep(id)
    const { token } = admin
    const remove = () => service.call('deleteUser', { params: { id }, token })
    const start = performance.now()
    const answers = await Promise.all([
      remove(),
      service.call('bulkDeleteUsers', { body: { ids: [other, id] }, token }),
    ])
    expect(performance.now() - start).toBeLessThan(5_000)
    for (const { status, body } of answers) {
      expect([status, body.code]).toEqual([409, 'user_in_use'])
    }
    const left = await service.call('getUser', { params: { id: other }, token })
    expect(left.status).toBe(200)
    await session.query('COMMIT')
    await session.close()
    expect((await remove()).status).toBe(204)
  })
})
