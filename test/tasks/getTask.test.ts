import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const create = async (token: string) =>
  (await cast.service.call('createTask', { body: { title: 'To be read' }, token })).body.task
const get = (id: number | string, token = cast.user.token, headers = {}) =>
  cast.service.call('getTask', { params: { id }, token, headers })

describe('getTask', () => {
  it('answers with a task of the caller’s own', async () => {
    const task = await create(cast.user.token)
    const { status, body } = await get(task.id)
    expect([status, body]).toEqual([200, task])
  })

  it('answers 304 to whoever has it, until it changes', async () => {
    const { id } = await create(cast.user.token)
    const headers = { 'if-none-match': String((await get(id)).headers['etag']) }
    expect((await get(id, cast.user.token, headers)).status).toBe(304)
    const body = { status: 'completed' }
    await cast.service.call('updateTask', { params: { id }, body, token: cast.user.token })
    expect((await get(id, cast.user.token, headers)).status).toBe(200)
  })

  it('hides somebody else’s, from admins too', async () => {
    const { id } = await create(cast.other.token)
    for (const { token } of [cast.user, cast.admin]) {
      const { status, body } = await get(id, token)
      expect([status, body.detail]).toEqual([404, `Task with ID ${id} not found`])
    }
  })

  it('answers 404 where there is none', async () => {
    expect((await get(999_999)).body.detail).toBe('Task with ID 999999 not found')
  })

  it.each(['0', '1.5', 'x', '9007199254740992'])('refuses the id %s', async (id) => {
    expect((await get(id)).status).toBe(422)
  })

  it('wants a token', async () => {
    expect((await cast.service.call('getTask', { params: { id: 1 } })).status).toBe(401)
  })
})
