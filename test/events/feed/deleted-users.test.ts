import { expect, it } from 'vitest'
import { useCast } from '../../setup/cast.ts'
import { waitForLock } from '../../setup/lock.ts'
import { insertDays } from '../../setup/rows.ts'
import { openSession } from '../../setup/session.ts'
import { pendingOf } from './pending.ts'

const cast = useCast()

const append = () => cast.service.database.query('SELECT append_events(1000)')

/** The events of a user that were appended. */
const eventsOf = (userId: number) =>
  cast.service.database.query<{ type: string; data: unknown }>(
    'SELECT type, data FROM events WHERE user_id = $1 ORDER BY id',
    [userId],
  )

const remove = (id: number, headers = {}) =>
  cast.service.call('deleteUser', { params: { id }, token: cast.admin.token, headers })

it('keeps of a deleted user user.deleted alone, with ids only', async () => {
  const { service, admin } = cast
  const { id } = await service.createCustomer(admin.token)
  const other = await service.createCustomer(admin.token)
  await insertDays(service.database, id, 5)
  await append()
  await service.services.analytics.recompute([id])
  await service.createTransaction(admin.token, { user_id: id })
  await service.createTransaction(admin.token, { user_id: other.id })
  expect(await eventsOf(id)).toHaveLength(6)
  expect(await pendingOf(service.database, id)).toHaveLength(2)
  expect((await remove(id, { 'x-request-id': 'the-end' })).status).toBe(204)
  expect(await eventsOf(id)).toEqual([])
  const told = { type: 'user.deleted', user_id: id, data: { user_id: id }, request_id: 'the-end' }
  expect(await pendingOf(service.database, id)).toEqual([told])
  await append()
  expect(await eventsOf(id)).toEqual([{ type: 'user.deleted', data: { user_id: id } }])
  expect(await eventsOf(other.id)).toHaveLength(2)
})

it('keeps the same of users deleted by SQL, with If-Match, or in bulk', async () => {
  const { service, admin } = cast
  const { token } = admin
  const ids: number[] = []
  for (let at = 0; at < 3; at += 1) {
    const { id } = await service.createCustomer(token)
    await service.createTransaction(token, { user_id: id })
    ids.push(id)
  }
  const [first = 0, second = 0, third = 0] = ids
  await append()
  await service.database.query('DELETE FROM users WHERE id = $1', [first])
  const { headers } = await service.call('getUser', { params: { id: second }, token })
  await remove(second, { 'if-match': String(headers['etag']) })
  await service.call('bulkDeleteUsers', { token, body: { ids: [third] } })
  for (const id of ids) {
    expect(await eventsOf(id)).toEqual([])
    expect(await pendingOf(service.database, id)).toMatchObject([{ type: 'user.deleted' }])
  }
})

it('leaves no event that is being appended while its user is deleted', async () => {
  const { service, admin } = cast
  const { id } = await service.createCustomer(admin.token)
  const appender = await openSession(service.database.url)
  await appender.query('BEGIN')
  await appender.query('SELECT append_events(1000)')
  const removed = remove(id)
  await waitForLock(service)
  await appender.query('COMMIT')
  await appender.close()
  expect((await removed).status).toBe(204)
  await append()
  expect(await eventsOf(id)).toMatchObject([{ type: 'user.deleted' }])
})

it('passes over what a deletion under way has locked', async () => {
  const { service, admin } = cast
  const gone = await service.createCustomer(admin.token)
  const kept = await service.createCustomer(admin.token)
  const deletion = await openSession(service.database.url)
  await deletion.query('BEGIN')
  await deletion.query('DELETE FROM users WHERE id = $1', [gone.id])
  await append()
  expect(await eventsOf(kept.id)).toMatchObject([{ type: 'user.created' }])
  await deletion.query('COMMIT')
  await deletion.close()
  await append()
  expect(await eventsOf(gone.id)).toMatchObject([{ type: 'user.deleted' }])
})

it('keeps no event when the table of users is emptied', async () => {
  const { service } = cast
  await service.database.query('TRUNCATE users CASCADE')
  expect(await service.database.query('SELECT FROM pending_events')).toEqual([])
  expect(await service.database.query('SELECT FROM events')).toEqual([])
})
