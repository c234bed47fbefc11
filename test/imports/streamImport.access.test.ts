import { describe, expect, it, vi } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { head, openRaw } from '../setup/http/raw-http.ts'
import { openSession, WAITING_FOR_LOCKS } from '../setup/session.ts'
import { closed, useEventStreams } from './event-stream.ts'
import { accepted, rows } from './imports.ts'

const cast = useCast()
const { connect, follow, url } = useEventStreams(cast)

describe('an import’s event stream', () => {
  it('ends once the account that follows is disabled', async () => {
    const { service, admin } = cast
    const follower = await service.createAccount('staff')
    const id = await accepted(service, follower.token, rows(10))
    const { answer, events } = await connect(id, url(), follower.token)
    await vi.waitFor(() => expect(events()).toHaveLength(1), { timeout: 10_000 })
    const ended = closed(answer)
    await service.call('updateUser', {
      params: { id: follower.id },
      body: { disabled: true },
      token: admin.token,
    })
    await ended
    expect((await follow(id, follower.token)).status).toBe(401)
  })

  it('ends for a key that is deleted, and for an account whose role changes', async () => {
    const { service, admin } = cast
    const follower = await service.createAccount('staff')
    const id = await accepted(service, follower.token, rows(10))
    const key = await service.call('createApiKey', {
      token: admin.token,
      body: { name: 'A key', scopes: ['imports:read'], user_id: follower.id },
    })
    const [byKey, byToken] = [
      await connect(id, url(), key.body.key),
      await connect(id, url(), follower.token),
    ]
    expect([byKey.answer.statusCode, byToken.answer.statusCode]).toEqual([200, 200])
    const [keyEnded, tokenEnded] = [closed(byKey.answer), closed(byToken.answer)]
    await service.call('deleteApiKey', { params: { id: key.body.id }, token: admin.token })
    await keyEnded
    expect(byToken.answer.closed).toBe(false)
    await service.call('updateUser', {
      params: { id: follower.id },
      body: { role: 'admin' },
      token: admin.token,
    })
    await tokenEnded
  })

  it('ends with its session, and others of the account go on', async () => {
    const { service } = cast
    const follower = await service.createAccount('staff')
    const id = await accepted(service, follower.token, rows(10))
    const { username, password } = follower
    const login = await service.call('login', { body: { username, password } })
    const [other, own] = [
      await connect(id, url(), follower.token),
      await connect(id, url(), login.body.access_token),
    ]
    const ended = closed(own.answer)
    const { refresh_token } = login.body
    expect((await service.call('logout', { body: { refresh_token } })).status).toBe(204)
    await ended
    expect(other.answer.closed).toBe(false)
    other.leave()
  })

  it('counts no more once its connection is cut off, with others waiting behind it', async () => {
    const { service } = cast
    const follower = await service.createAccount('staff')
    const id = await accepted(service, follower.token, rows(10))
    const raw = await openRaw(Number(new URL(url()).port))
    const authorization = `Bearer ${follower.token}`
    raw.send(head('GET', `/v1/imports/${id}/events`, { authorization }).repeat(25))
    await raw.received(/event-stream/)
    await vi.waitFor(async () => expect((await follow(id, follower.token)).status).toBe(429))
    raw.destroy()
    await vi.waitFor(async () => {
      const again = await connect(id, url(), follower.token)
      again.leave()
      expect(again.answer.statusCode).toBe(200)
    })
  })

  it('counts no connection that was cut off while its caller was looked up', async () => {
    const { service } = cast
    const follower = await service.createAccount('staff')
    const id = await accepted(service, follower.token, rows(10))
    const blocker = await openSession(service.database.url)
    await blocker.query('BEGIN; LOCK TABLE sessions')
    const request = head('GET', `/v1/imports/${id}/events`, {
      authorization: `Bearer ${follower.token}`,
    })
    const port = Number(new URL(url()).port)
    const gone = await Promise.all(Array.from({ length: 25 }, () => openRaw(port)))
    for (const raw of gone) raw.send(request)
    await vi.waitFor(async () => {
      const [waiting] = await service.database.query<{ count: number }>(WAITING_FOR_LOCKS)
      expect(waiting?.count).toBeGreaterThan(0)
    })
    for (const raw of gone) raw.destroy()
    await Promise.all(gone.map((raw) => raw.closed))
    await blocker.close()
    await vi.waitFor(async () => {
      const again = await connect(id, url(), follower.token)
      again.leave()
      expect(again.answer.statusCode).toBe(200)
    })
  })

  it('is open twenty times for an account, and no more', async () => {
    const { service } = cast
    const follower = await service.createAccount('staff')
    const id = await accepted(service, follower.token, rows(10))
    const open = await Promise.all(
      Array.from({ length: 20 }, () => connect(id, url(), follower.token)),
    )
    expect(open.every(({ answer }) => answer.statusCode === 200)).toBe(true)
    const refused = await follow(id, follower.token)
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_streams'])
    expect(refused.headers['retry-after']).toBe('1')
    const other = await service.createAccount('admin')
    const { leave, answer } = await connect(id, url(), other.token)
    expect(answer.statusCode).toBe(200)
    leave()
    for (const one of open) one.leave()
    await vi.waitFor(async () => {
      const again = await connect(id, url(), follower.token)
      again.leave()
      expect(again.answer.statusCode).toBe(200)
    })
  })
})
