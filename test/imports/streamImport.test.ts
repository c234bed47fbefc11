import { once } from 'node:events'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { startTestService } from '../setup/service.ts'
import { eventsOf, listen, useEventStreams } from './event-stream.ts'
import { accepted, look, rows } from './imports.ts'
import { heldLoader, startRunner } from './runner.ts'

const cast = useCast()
const { connect, follow, url } = useEventStreams(cast)

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
      ...(await Promise.all(Array.from({ length: 6 }, () => connect(id, url(), admin.token)))),
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
