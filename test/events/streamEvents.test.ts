import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createKey } from '../access/scene.ts'
import { closed } from '../imports/event-stream.ts'
import { useCast } from '../setup/cast.ts'
import { startTestService } from '../setup/service.ts'
import { connect as connectTo } from './event-stream.ts'

const cast = useCast()
let url: string
beforeAll(async () => {
  url = await cast.service.app.listen({ port: 0, host: '127.0.0.1' })
})

async function connect(query = '', headers = {}, token = cast.admin.token) {
  const stream = await connectTo(url, token, query, headers)
  onTestFinished(() => void stream.leave())
  return stream
}

/** Raises and appends events of a user. @returns the id of the last */
async function tell(userId: number, count = 1, type = 'user.updated'): Promise<number> {
  const { database } = cast.service
  await database.query(
    `INSERT INTO pending_events (user_id, type, data)
     SELECT $1, $3, jsonb_build_object('user_id', $1::bigint) FROM generate_series(1, $2)`,
    [userId, count, type],
  )
  await database.query('SELECT append_events(100000)')
  const [row] = await database.query<{ last: number }>('SELECT max(id)::int AS last FROM events')
  return row?.last ?? 0
}

const seen = (stream: Awaited<ReturnType<typeof connect>>, users: readonly number[]) =>
  vi.waitFor(() => expect(stream.events().map(({ data }) => data.user_id)).toEqual(users), {
    timeout: 10_000,
    interval: 20,
  })

const follow = (token?: string, query = {}, headers = {}) =>
  cast.service.call('streamEvents', { ...(token && { token }), query, headers })

describe('streamEvents', () => {
  it('sends what comes from now on, as the list has it', async () => {
    await tell(1)
    const stream = await connect()
    const { statusCode, headers } = stream.answer
    expect(statusCode).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    expect(headers).not.toHaveProperty('content-encoding')
    const id = await tell(2)
    await tell(3)
    await seen(stream, [2, 3])
    expect(stream.text()).toMatch(/^retry: 1000\n\n/)
    const [event] = stream.events()
    const { body } = await cast.service.call('listEvents', {
      token: cast.admin.token,
      query: { after: id - 1, per_page: 1 },
    })
    expect(event).toEqual({ id, name: 'user.updated', data: body[0] })
  })

  it('goes on from Last-Event-ID, or else from after, without a gap or a repetition', async () => {
    const before = await tell(9)
    const first = await tell(11)
    await tell(12, 250)
    const stream = await connect(`?after=${before}`)
    const resumed = await connect(`?after=${before}`, { 'last-event-id': String(first) })
    await tell(13)
    const many = Array.from({ length: 250 }, () => 12)
    await seen(stream, [11, ...many, 13])
    await seen(resumed, [...many, 13])
    await tell(14, 3)
    await seen(stream, [11, ...many, 13, 14, 14, 14])
    const ids = stream.events().map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b))
  })

  it('sends only what its filter lets through, of old and new', async () => {
    const before = await tell(20)
    await tell(21, 150)
    await tell(22, 1, 'user.created')
    await tell(23, 1, 'user.created')
    const byType = await connect(`?after=${before}&type=user.created&type=user.deleted`)
    const byUser = await connect(`?after=${before}&user_id=22`)
    await seen(byType, [22, 23])
    await seen(byUser, [22])
    await tell(22, 2)
    await tell(24, 1, 'user.deleted')
    await seen(byType, [22, 23, 24])
    await seen(byUser, [22, 22, 22])
  })

  it('ends once the account that follows is disabled, or its key is deleted', async () => {
    const { service, admin } = cast
    const follower = await service.createAccount('admin')
    const person = { id: follower.id, role: 'admin', token: follower.token } as const
    const key = await createKey(service, person, ['events:read'])
    const [byToken, byKey] = [await connect('', {}, follower.token), await connect('', {}, key)]
    const { body: keys } = await service.call('listApiKeys', { token: follower.token })
    const [keyEnded, tokenEnded] = [closed(byKey.answer), closed(byToken.answer)]
    await service.call('deleteApiKey', { params: { id: keys[0].id }, token: follower.token })
    await keyEnded
    expect(byToken.answer.closed).toBe(false)
    await service.call('updateUser', {
      params: { id: follower.id },
      body: { disabled: true },
      token: admin.token,
    })
    await tokenEnded
    expect((await follow(follower.token)).status).toBe(401)
  })

  it('is open twenty times for an account, and no more', async () => {
    const follower = await cast.service.createAccount('admin')
    const open = await Promise.all(
      Array.from({ length: 20 }, () => connect('', {}, follower.token)),
    )
    const refused = await follow(follower.token)
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_streams'])
    for (const one of open) one.leave()
    await vi.waitFor(async () => {
      const again = await connect('', {}, follower.token)
      again.leave()
      expect(again.answer.statusCode).toBe(200)
    })
  })

  it('ends with its process', async () => {
    const own = await startTestService()
    onTestFinished(() => own.close())
    const at = await own.app.listen({ port: 0, host: '127.0.0.1' })
    const { token } = await own.createAccount('admin')
    const stream = await connectTo(at, token)
    const ended = closed(stream.answer)
    await own.app.close()
    await ended
  })

  it.each([
    ['query', 'type', { type: 'user.renamed' }, {}],
    ['query', 'after', { after: 'x' }, {}],
    ['query', 'per_page', { per_page: 3 }, {}],
    ['header', 'Last-Event-ID', {}, { 'last-event-id': 'abc' }],
  ])('refuses in the %s %s', async (place, path, query, headers) => {
    const { status, body } = await follow(cast.admin.token, query, headers)
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ in: place, path: expect.stringContaining(path) })
  })

  it('is for admins, and for their keys with events:read', async () => {
    for (const { token } of [cast.user, cast.staff]) expect((await follow(token)).status).toBe(403)
    const admin = { ...cast.admin, role: 'admin' } as const
    const other = await createKey(cast.service, admin, ['audit:read'])
    expect((await follow(other)).status).toBe(403)
    expect((await follow()).status).toBe(401)
    expect((await follow(cast.admin.token)).status).toBe(200)
  })
})
