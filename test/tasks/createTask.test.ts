import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const create = (body: unknown, token = cast.user.token, headers = {}) =>
  cast.service.call('createTask', { body, token, headers })

describe('createTask', () => {
  it('answers with the message, the task and where it is', async () => {
    const fields = {
      title: 'Send the invoice',
      description: 'With “figures”\nof January 😀',
      status: 'in_progress',
      due_date: '2026-02-15',
    }
    const { status, headers, body } = await create(fields)
    expect(status).toBe(201)
    expect(body).toEqual({
      message: 'Task created successfully',
      task: {
        ...fields,
        id: expect.any(Number),
        created_at: expect.any(String),
        updated_at: body.task.created_at,
      },
    })
    expect(headers['location']).toBe(`/v1/tasks/${body.task.id}`)
    const read = await cast.service.call('getTask', {
      params: { id: body.task.id },
      token: cast.user.token,
    })
    expect(read.body).toEqual(body.task)
    expect(headers['etag']).toBe(read.headers['etag'])
  })

  it('needs a title alone; the task is pending then', async () => {
    const { task } = (await create({ title: 'Call back' })).body
    expect(Object.keys(task).sort()).toEqual(['created_at', 'id', 'status', 'title', 'updated_at'])
    expect(task.status).toBe('pending')
  })

  it.each(['0001-01-01', '2024-02-29', '9999-12-31'])('keeps the due date %s', async (due_date) => {
    expect((await create({ title: 'On a day', due_date })).body.task.due_date).toBe(due_date)
  })

  it('takes texts of the longest length', async () => {
    const fields = { title: '😀'.repeat(200), description: 'd'.repeat(5000) }
    expect((await create(fields)).body.task).toMatchObject(fields)
  })

  it.each([
    [{}, '/title', 'required'],
    [{ title: '' }, '/title', 'minLength'],
    [{ title: ' \n\t' }, '/title', 'pattern'],
    [{ title: 'a\u0000b' }, '/title', 'pattern'],
    [{ title: 't'.repeat(201) }, '/title', 'maxLength'],
    [{ title: 7 }, '/title', 'type'],
    [{ title: 'T', description: 'd'.repeat(5001) }, '/description', 'maxLength'],
    [{ title: 'T', description: '\u0000' }, '/description', 'pattern'],
    [{ title: 'T', status: null }, '/status', 'enum'],
    [{ title: 'T', status: 'done' }, '/status', 'enum'],
    [{ title: 'T', due_date: '2026-02-30' }, '/due_date', 'format'],
    [{ title: 'T', due_date: '0000-01-01' }, '/due_date', 'pattern'],
    [{ title: 'T', due_date: '2026-02-15T00:00:00Z' }, '/due_date', 'format'],
    [{ title: 'T', user_id: 1 }, '/user_id', 'unknown_field'],
    [{ title: 'T', id: 1 }, '/id', 'unknown_field'],
  ])('refuses %j', async (body, path, code) => {
    const answer = await create(body)
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toContainEqual({
      in: 'body',
      path,
      code,
      message: expect.any(String),
    })
  })

  it('creates one task of two requests with one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'one-task' }
    const first = await create({ title: 'Once only' }, cast.other.token, headers)
    const second = await create({ title: 'Once only' }, cast.other.token, headers)
    expect(second).toMatchObject({ status: 201, body: first.body })
    expect(second.headers['idempotency-replayed']).toBe('true')
    const list = await cast.service.call('listTasks', { token: cast.other.token })
    expect(list.body).toEqual([first.body.task])
  })

  it('belongs to staff and admins themselves when they create it', async () => {
    const { task } = (await create({ title: 'Of the admin' }, cast.admin.token)).body
    const [row] = await cast.service.database.query('SELECT user_id FROM tasks WHERE id = $1', [
      task.id,
    ])
    expect(Number(row?.['user_id'])).toBe(cast.admin.id)
  })

  it('wants a token', async () => {
    expect((await cast.service.call('createTask', { body: { title: 'T' } })).status).toBe(401)
  })
})
