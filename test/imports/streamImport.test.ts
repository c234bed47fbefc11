import { once } from 'node:events'
import { get as httpGet, type IncomingMessage } from 'node:http'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { head, openRaw } from '../setup/http/raw-http.ts'
import { startTestService, type TestResponse, type TestService } from '../setup/service.ts'
import { openSession, WAITING_FOR_LOCKS } from '../setup/session.ts'
import { accepted, look, rows } from './imports.ts'
import { heldLoader, startRunner } from './runner.ts'

const cast = useCast()

interface ServerSentEvent {
  readonly name: string
  readonly data: TestResponse['body']
}

/** The events of a text, in order. */
const eventsOf = (text: string): ServerSentEvent[] =>
  [...text.matchAll(/^event: (\w+)\ndata: (.*)\n\n/gm)].map(([, name = '', data = '']) => ({
    name,
    data: JSON.parse(data),
  }))

const follow = (id: number | string, token = cast.staff.token) =>
  cast.service.call('streamImport', { params: { id }, token })

let url: string
beforeAll(async () => {
  url = await listen(cast.service)
})

const listen = ({ app }: TestService) => app.listen({ port: 0, host: '127.0.0.1' })

/** Follows an import over a connection of its own. */
async function connect(id: number, at = url, token = cast.staff.token) {
  const headers = { authorization: `Bearer ${token}` }
  const request = httpGet(`${at}/v1/imports/${id}/events`, { headers })
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  answer.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  // Disconnecting causes an error, which the tests expect.
  answer.on('error', () => undefined)
  return { answer, events: () => eventsOf(text), leave: () => request.destroy() }
}

/** An answer that is cut off fails before it closes. */
const closed = (answer: IncomingMessage) => new Promise((resolve) => answer.once('close', resolve))

describe('streamImport', () => {
  it('reports a finished import, and ends', async () => {
    const { service, staff } = cast
    const id = await accepted(service, staff.token, rows(10))
    await startRunner(service).run(id)
    const { status, headers, body } = await follow(id)
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    expect(headers).not.toHaveProperty('content-encoding')
    const shown = await look(service, staff.token, id)
    expect(eventsOf(body)).toEqual([
      { name: 'progress', data: shown },
      { name: 'completed', data: shown },
    ])
  })

  it.each(['failed', 'cancelled'])('ends with the event %s', async (status) => {
    const { service, staff } = cast
    const id = await accepted(service, staff.token, rows(10))
    if (status === 'cancelled') {
      await service.call('deleteImport', { params: { id }, token: staff.token })
    } else {
      await service.database.query(
        `UPDATE imports SET status = 'failed', error = '{"code": "invalid_gzip", "detail": "It is not."}'
         WHERE id = $1`,
        [id],
      )
    }
    expect(eventsOf((await follow(id)).body).map(({ name }) => name)).toEqual(['progress', status])
  })

  it('reports each change in order, as it happens', async () => {
    const { service, staff } = cast
    const id = await accepted(service, staff.token, rows(10))
    const { answer, events } = await connect(id)
    const ended = once(answer, 'end')
    const seen = (count: number) =>
      vi.waitFor(() => expect(events()).toHaveLength(count), { timeout: 10_000, interval: 20 })
    await seen(1)
    const { loader, release } = heldLoader()
    const running = startRunner(service, { loaders: { dataset: loader } }).run(id)
    await seen(2)
    release()
    await running
    await ended
    const told = events().map(({ name, data }) => [name, data.status])
    // On a busy machine it is running for more than one look.
    const changes = told.filter((one, index) => String(one) !== String(told[index - 1]))
    expect(changes).toEqual([
      ['progress', 'queued'],
      ['progress', 'running'],
      ['progress', 'completed'],
      ['completed', 'completed'],
    ])
  })

  it('ends when the record is deleted', async () => {
    const { service, staff } = cast
    const id = await accepted(service, staff.token, rows(10))
    const { answer, events } = await connect(id)
    const ended = once(answer, 'end')
    await service.database.query('DELETE FROM imports WHERE id = $1', [id])
    await ended
    expect(events().every(({ name }) => name === 'progress')).toBe(true)
  })

  it('stops reading the record when the client disconnects', async () => {
    const { service, staff } = cast
    const id = await accepted(service, staff.token, rows(10))
    const followed = vi.spyOn(service.services.imports, 'events')
    onTestFinished(() => followed.mockRestore())
    const { events, leave } = await connect(id)
    await vi.waitFor(() => expect(events()).toHaveLength(1), { timeout: 10_000 })
    const stream = await followed.mock.results[0]?.value
    expect(stream.closed).toBe(false)
    leave()
    await vi.waitFor(() => expect(stream.closed).toBe(true), { timeout: 10_000 })
  })

  it('reads an import once for all who follow it', async () => {
    const { service, staff, admin } = cast
    const id = await accepted(service, staff.token, rows(10))
    const read = vi.spyOn(service.services.database.import, 'findUnique')
    onTestFinished(() => read.mockRestore())
    const followers = [
      ...(await Promise.all(Array.from({ length: 6 }, () => connect(id)))),
      ...(await Promise.all(Array.from({ length: 6 }, () => connect(id, url, admin.token)))),
    ]
    await vi.waitFor(() =>
      expect(followers.every(({ events }) => events().length === 1)).toBe(true),
    )
    const before = read.mock.calls.length
    const start = Date.now()
    await service.database.query(`UPDATE imports SET rows_read = 7 WHERE id = $1`, [id])
    await vi.waitFor(
      () => expect(followers.every(({ events }) => events().length === 2)).toBe(true),
      {
        timeout: 10_000,
      },
    )
    // One a look, where each follower alone would have twelve times as many.
    expect(read.mock.calls.length - before).toBeLessThanOrEqual(2 + (Date.now() - start) / 300)
    for (const { leave } of followers) leave()
  })

  it('ends once the account that follows is disabled', async () => {
    const { service, admin } = cast
    const follower = await service.createAccount('staff')
    const id = await accepted(service, follower.token, rows(10))
    const { answer, events } = await connect(id, url, follower.token)
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
      await connect(id, url, key.body.key),
      await connect(id, url, follower.token),
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
      await connect(id, url, follower.token),
      await connect(id, url, login.body.access_token),
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
    const raw = await openRaw(Number(new URL(url).port))
    const authorization = `Bearer ${follower.token}`
    raw.send(head('GET', `/v1/imports/${id}/events`, { authorization }).repeat(25))
    await raw.received(/event-stream/)
    await vi.waitFor(async () => expect((await follow(id, follower.token)).status).toBe(429))
    raw.destroy()
    await vi.waitFor(async () => {
      const again = await connect(id, url, follower.token)
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
    const port = Number(new URL(url).port)
    const gone = await Promise.all(Array.from({ length: 25 }, () => openRaw(port)))
    for (const raw of gone) raw.send(request)
    await vi.waitFor(async () => {
      const [waiting] = await service.database.query<{ count: number }>(WAITING_FOR_LOCKS)
      expect(waiting?.count).toBeGreaterThan(1)
    })
    for (const raw of gone) raw.destroy()
    await Promise.all(gone.map((raw) => raw.closed))
    await blocker.close()
    await vi.waitFor(async () => {
      const again = await connect(id, url, follower.token)
      again.leave()
      expect(again.answer.statusCode).toBe(200)
    })
  })

  it('is open twenty times for an account, and no more', async () => {
    const { service } = cast
    const follower = await service.createAccount('staff')
    const id = await accepted(service, follower.token, rows(10))
    const open = await Promise.all(
      Array.from({ length: 20 }, () => connect(id, url, follower.token)),
    )
    expect(open.every(({ answer }) => answer.statusCode === 200)).toBe(true)
    const refused = await follow(id, follower.token)
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_streams'])
    expect(refused.headers['retry-after']).toBe('1')
    const other = await service.createAccount('admin')
    const { leave, answer } = await connect(id, url, other.token)
    expect(answer.statusCode).toBe(200)
    leave()
    for (const one of open) one.leave()
    await vi.waitFor(async () => {
      const again = await connect(id, url, follower.token)
      again.leave()
      expect(again.answer.statusCode).toBe(200)
    })
  })

  it('ends when the service stops', async () => {
    const service = await startTestService()
    onTestFinished(() => service.close())
    const { token } = await service.createAccount('staff')
    const id = await accepted(service, token, rows(10))
    const { answer, events } = await connect(id, await listen(service), token)
    await vi.waitFor(() => expect(events()).toHaveLength(1), { timeout: 10_000 })
    const ended = once(answer, 'end')
    await Promise.all([service.app.close(), ended])
    expect(events()).toHaveLength(1)
  })

  it('shows somebody else’s to admins only', async () => {
    const { service, staff, admin } = cast
    const id = await accepted(service, staff.token, rows(10))
    await service.call('deleteImport', { params: { id }, token: staff.token })
    const other = await service.createAccount('staff')
    expect((await follow(id, other.token)).status).toBe(404)
    expect((await follow(id, admin.token)).status).toBe(200)
  })

  it('refuses invalid ids, customers and callers without a token', async () => {
    expect((await follow('x')).status).toBe(422)
    expect((await follow(1, cast.user.token)).status).toBe(403)
    expect((await cast.service.call('streamImport', { params: { id: 1 } })).status).toBe(401)
  })
})
