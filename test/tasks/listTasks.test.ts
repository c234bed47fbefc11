import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Task, TaskCreate } from '../../src/generated/schemas.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let user: Account

beforeAll(async () => {
  service = await startTestService()
})
beforeEach(async () => {
  user = await service.createAccount()
})
afterAll(() => service.close())

const list = (query = {}, token = user.token) => service.call('listTasks', { query, token })
const titles = (tasks: readonly Task[]) => tasks.map(({ title }) => title)

async function create(tasks: readonly (string | TaskCreate)[]): Promise<void> {
  for (const task of tasks) {
    const body = typeof task === 'string' ? { title: task } : task
    await service.call('createTask', { body, token: user.token })
  }
}

describe('listTasks', () => {
  it('answers with the caller’s own, newest first, to admins too', async () => {
    await create(['first', 'second'])
    const admin = await service.createAccount('admin')
    const { status, body } = await list()
    expect([status, titles(body)]).toEqual([200, ['second', 'first']])
    expect((await list({}, admin.token)).body).toEqual([])
  })

  it('finds text in title or description, without regard to case', async () => {
    await create([
      'Send the INVOICE',
      { title: 'Call', description: 'about an invoice' },
      { title: 'Paint the Äußere', description: 'green' },
      'Sleep',
    ])
    expect(titles((await list({ q: 'Invoice' })).body)).toEqual(['Call', 'Send the INVOICE'])
    expect(titles((await list({ q: 'äußere' })).body)).toEqual(['Paint the Äußere'])
    expect((await list({ q: 'nothing of it' })).body).toEqual([])
  })

  it.each([
    ['%', '100% sure'],
    ['_', 'snake_case'],
    ['\\', 'C:\\temp'],
    ['0%', '100% sure'],
    ["'", "the bird's"],
  ])('takes %s in a search for itself', async (q, title) => {
    await create(['100% sure', 'snake_case', 'C:\\temp', "the bird's", 'plain'])
    expect(titles((await list({ q })).body)).toEqual([title])
  })

  it('filters by status, and by days strictly before', async () => {
    await create([
      { title: 'early', due_date: '2026-02-14', status: 'completed' },
      { title: 'middle', due_date: '2026-02-15' },
      { title: 'late', due_date: '2026-02-16' },
      'whenever',
    ])
    const dueBefore = async (due_before: string, query = {}) =>
      titles((await list({ due_before, ...query })).body)
    expect(await dueBefore('2026-02-15')).toEqual(['early'])
    expect(await dueBefore('2026-02-16')).toEqual(['middle', 'early'])
    expect(await dueBefore('2026-02-16', { status: 'pending' })).toEqual(['middle'])
    expect(await dueBefore('2026-02-16', { q: 'ear' })).toEqual(['early'])
    expect(titles((await list({ status: 'in_progress' })).body)).toEqual([])
  })

  it('pages with counts and links', async () => {
    await create(['1', '2', '3', '4', '5', '6', '7'])
    const { body, headers } = await list({ page: 2, per_page: 5 })
    expect(titles(body)).toEqual(['2', '1'])
    expect(headers['x-total-count']).toBe('7')
    expect(headers['link']).toContain('rel="prev"')
    expect(headers['link']).not.toContain('rel="next"')
  })

  it('walks by cursor without skipping or repeating while tasks come and go', async () => {
    await create(['1', '2', '3', '4', '5'])
    const seen: string[] = []
    let cursor: unknown = ''
    while (cursor !== undefined) {
      const { body, headers } = await list({ cursor, per_page: 2 })
      seen.push(...titles(body))
      cursor = headers['x-next-cursor']
      await create(['new'])
      const { id } = body.at(-1)
      await service.call('deleteTask', { params: { id }, token: user.token })
    }
    expect(seen).toEqual(['5', '4', '3', '2', '1'])
  })

  it('keeps its filters while it walks', async () => {
    await create(['a 1', 'b 1', 'a 2', 'b 2'])
    const { headers } = await list({ cursor: '', per_page: 1, q: 'a ' })
    const { body } = await list({ cursor: headers['x-next-cursor'], q: 'a ' })
    expect(titles(body)).toEqual(['a 1'])
  })

  const cursorOf = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url')

  it.each([
    [{ status: 'done' }, 'status', 'enum'],
    [{ q: '' }, 'q', 'minLength'],
    [{ q: '\u0000' }, 'q', 'pattern'],
    [{ due_before: 'today' }, 'due_before', 'format'],
    [{ due_before: '0000-12-31' }, 'due_before', 'pattern'],
    [{ per_page: 101 }, 'per_page', 'maximum'],
    [{ page: 0 }, 'page', 'minimum'],
    [{ page: 1, cursor: '' }, 'page', 'paging'],
    [{ cursor: 'nonsense' }, 'cursor', 'cursor'],
    [{ cursor: cursorOf(['x']) }, 'cursor', 'cursor'],
    [{ cursor: cursorOf([1.5]) }, 'cursor', 'cursor'],
    [{ user_id: 1 }, 'user_id', 'unknown_parameter'],
  ])('refuses %j', async (query, path, code) => {
    const { status, body } = await list(query)
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ in: 'query', path, code, message: expect.any(String) })
  })

  it('wants a token', async () => {
    expect((await service.call('listTasks')).status).toBe(401)
  })
})
