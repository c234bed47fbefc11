import { expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { waitForLock } from '../setup/lock.ts'
import { openSession } from '../setup/session.ts'

const cast = useCast()

it('begins no session by a password that is being replaced', async () => {
  const { id, username, password } = await cast.service.createAccount()
  const change = await openSession(cast.service.database.url)
  await change.query('BEGIN')
  await change.query(`UPDATE users SET password_hash = 'another' WHERE id = $1`, [id])
  await change.query('DELETE FROM sessions WHERE user_id = $1', [id])
  const login = cast.service.call('login', { body: { username, password } })
  await waitForLock(cast.service)
  await change.query('COMMIT')
  await change.close()
  const { status, body } = await login
  expect([status, body.code]).toEqual([401, 'invalid_credentials'])
  const left = await cast.service.database.query('SELECT FROM sessions WHERE user_id = $1', [id])
  expect(left).toEqual([])
})
