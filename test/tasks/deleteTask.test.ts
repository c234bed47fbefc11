import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const create = async (token: string) =>
  (await cast.service.call('createTask', { body: { title: 'To be deleted' }, token })).body.task.id
const remove = (id: number | string, token = cast.user.token, headers = {}) =>
  cast.service.call('deleteTask', { params: { id }, token, headers })
const exists = async (id: number) =>
  (await cast.service.database.query('SELECT FROM tasks WHERE id = $1', [id])).length === 1

describe('deleteTask', () => {
  it('answers with the message, and the task is gone', async () => {
    const id = await create(cast.user.token)
    const { status, body } = await remove(id)
    expect([status, body]).toEqual([200, { message: 'Task deleted successfully' }])
    expect(await exists(id)).toBe(false)
  })

  it('answers 404 the second time, and once of two at the same time', async () => {
    const id = await create(cast.user.token)
    const both = await Promise.all([remove(id), remove(id)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 404])
    expect((await remove(id)).body.detail).toBe(`Task with ID ${id} not found`)
  })

  it('leaves what is not any more what If-Match says', async () => {
    const id = await create(cast.user.token)
    expect((await remove(id, cast.user.token, { 'if-match': '"old"' })).status).toBe(412)
    expect(await exists(id)).toBe(true)
  })

  it('hides somebody else’s from everybody, and leaves it', async () => {
    const id = await create(cast.other.token)
    for (const { token } of [cast.user, cast.admin])
      expect((await remove(id, token)).status).toBe(404)
    expect(await exists(id)).toBe(true)
  })

  it('happens to all tasks of an account that is deleted', async () => {
    const gone = await cast.service.createAccount()
    const id = await create(gone.token)
    await cast.service.call('deleteUser', { params: { id: gone.id }, token: gone.token })
    expect(await exists(id)).toBe(false)
  })

  it.each(['0', 'x'])('refuses the id %s', async (id) => {
    expect((await remove(id)).status).toBe(422)
  })

  it('wants a token', async () => {
    expect((await cast.service.call('deleteTask', { params: { id: 1 } })).status).toBe(401)
  })
})
