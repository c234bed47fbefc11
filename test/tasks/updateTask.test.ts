import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const full = { title: 'Before', description: 'as it was', due_date: '2026-02-15' }
const create = async (body: object = full, token = cast.user.token) =>
  (await cast.service.call('createTask', { body, token })).body.task
const update = (id: number | string, body: unknown, token = cast.user.token, headers = {}) =>
  cast.service.call('updateTask', { params: { id }, body, token, headers })
const get = async (id: number, token = cast.user.token) =>
  (await cast.service.call('getTask', { params: { id }, token })).body

describe('updateTask', () => {
  it.each([
    [{ title: 'After' }],
    [{ description: 'as it is' }],
    [{ status: 'in_progress' }],
    [{ status: 'completed', title: 'Done' }],
    [{ due_date: '2027-01-01' }],
  ])('changes %j and leaves the others', async (changes) => {
    const before = await create()
    const { status, body } = await update(before.id, changes)
    expect(status).toBe(200)
    expect(body).toEqual({
      message: 'Task updated successfully',
      task: { ...before, ...changes, updated_at: expect.any(String) },
    })
    expect(Date.parse(body.task.updated_at)).toBeGreaterThanOrEqual(Date.parse(before.updated_at))
    expect(await get(before.id)).toEqual(body.task)
  })

  it('removes description and due date with null', async () => {
    const { id } = await create()
    const { task } = (await update(id, { description: null, due_date: null })).body
    expect(Object.keys(task).sort()).toEqual(['created_at', 'id', 'status', 'title', 'updated_at'])
  })

  it('loses none of two changes at the same time', async () => {
    const { id } = await create()
    await Promise.all([update(id, { title: 'From one' }), update(id, { status: 'completed' })])
    expect(await get(id)).toMatchObject({ title: 'From one', status: 'completed' })
  })

  it('refuses a change of what was changed meanwhile', async () => {
    const { id } = await create()
    const read = await cast.service.call('getTask', { params: { id }, token: cast.user.token })
    const headers = { 'if-match': String(read.headers['etag']) }
    const first = await update(id, { title: 'First' }, cast.user.token, headers)
    expect(first.status).toBe(200)
    expect((await update(id, { title: 'Second' }, cast.user.token, headers)).status).toBe(412)
    expect((await get(id)).title).toBe('First')
    const again = { 'if-match': String(first.headers['etag']) }
    expect((await update(id, { title: 'Second' }, cast.user.token, again)).status).toBe(200)
  })

  it('hides somebody else’s from everybody, and leaves it', async () => {
    const task = await create(full, cast.other.token)
    for (const { token } of [cast.user, cast.admin]) {
      const { status, body } = await update(task.id, { title: 'Taken' }, token)
      expect([status, body.detail]).toEqual([404, `Task with ID ${task.id} not found`])
    }
    expect(await get(task.id, cast.other.token)).toEqual(task)
  })

  it('answers 404 where there is none', async () => {
    expect((await update(999_999, { title: 'T' })).status).toBe(404)
  })

  it.each([
    [{}, '', 'minProperties'],
    [{ title: null }, '/title', 'type'],
    [{ title: ' ' }, '/title', 'pattern'],
    [{ status: null }, '/status', 'enum'],
    [{ status: 'COMPLETED' }, '/status', 'enum'],
    [{ description: '\u0000' }, '/description', 'pattern'],
    [{ due_date: 'tomorrow' }, '/due_date', 'format'],
    [{ due_date: '' }, '/due_date', 'format'],
    [{ id: 1 }, '/id', 'unknown_field'],
    [{ created_at: '2026-01-01T00:00:00.000Z' }, '/created_at', 'unknown_field'],
  ])('refuses %j', async (changes, path, code) => {
    const { id } = await create()
    const { status, body } = await update(id, changes)
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ in: 'body', path, code, message: expect.any(String) })
  })

  it('wants a token', async () => {
    const answer = await cast.service.call('updateTask', {
      params: { id: 1 },
      body: { title: 'T' },
    })
    expect(answer.status).toBe(401)
  })
})
