import { beforeAll, describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import type { Account } from '../setup/service.ts'
import { accepted, rows } from './imports.ts'

const cast = useCast()
const mine: number[] = []
let other: Account
let others: number

beforeAll(async () => {
  const { service, staff } = cast
  other = await service.createAccount('staff')
  for (let index = 0; index < 5; index += 1) {
    mine.unshift(await accepted(service, staff.token, rows(index + 1)))
  }
  others = await accepted(service, other.token, rows(1))
  // Imports that are uploading are in no list.
  await service.database.query(
    `INSERT INTO imports (user_id, kind, name, options) VALUES ($1, 'users', 'users', '{}')`,
    [staff.id],
  )
})

const list = async (query = {}, token = cast.staff.token) => {
  const answer = await cast.service.call('listImports', { query, token })
  return { ...answer, ids: answer.body.map?.(({ id }: { id: number }) => id) }
}

describe('listImports', () => {
  it('lists the caller’s own imports, newest first', async () => {
    const { status, headers, ids } = await list()
    expect([status, ids, headers['x-total-count']]).toEqual([200, mine, '5'])
    expect((await list({}, other.token)).ids).toEqual([others])
  })

  it('lists all imports for admins', async () => {
    const { ids, headers, body } = await list({}, cast.admin.token)
    expect([ids, headers['x-total-count']]).toEqual([[others, ...mine], '6'])
    const one = await cast.service.call('getImport', {
      params: { id: others },
      token: other.token,
    })
    expect(body[0]).toEqual(one.body)
  })

  it('pages by number', async () => {
    const { ids, headers } = await list({ page: 2, per_page: 2 })
    expect(ids).toEqual(mine.slice(2, 4))
    expect(headers['link']).toMatch(/rel="prev".*rel="next".*rel="last"/)
  })

  it('pages by cursor to the end', async () => {
    const seen: number[] = []
    let cursor: unknown = ''
    while (cursor !== undefined) {
      const page = await list({ cursor, per_page: 2 })
      seen.push(...page.ids)
      cursor = page.headers['x-next-cursor']
    }
    expect(seen).toEqual(mine)
  })

  it.each([
    [{ cursor: 'x' }, 'cursor', 'cursor'],
    [{ per_page: 101 }, 'per_page', 'maximum'],
    [{ status: 'queued' }, 'status', 'unknown_parameter'],
  ])('refuses %j', async (query, path, code) => {
    const { status, body } = await list(query)
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ in: 'query', path, code, message: expect.any(String) })
  })

  it('is for staff and admins', async () => {
    expect((await list({}, cast.user.token)).status).toBe(403)
    expect((await cast.service.call('listImports')).status).toBe(401)
  })
})
