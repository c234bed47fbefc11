import {
  createTask,
  createUser,
  items,
  listEvents,
  listTasks,
  listUsers,
  type Passbook,
  type User,
} from 'passbook-sdk'
import { beforeAll, describe, expect, it } from 'vitest'
import { collect, recorder, useServed } from './setup/served.ts'

const { cast, as } = useServed({ worker: true })
const COUNT = 25
const titles = Array.from({ length: COUNT }, (_, index) => `Task ${index}`)

beforeAll(async () => {
  const client = as(cast.user)
  for (const title of titles) await createTask({ client, body: { title } })
})

/** The values of a query parameter that was sent, page by page. */
const sentValues = (requests: readonly Request[], name: string) =>
  requests
    .filter(({ method }) => method === 'GET')
    .map(({ url }) => new URL(url).searchParams.get(name))

async function titlesOf(client: Passbook, query: { per_page: number; page?: number }) {
  const all: string[] = []
  for await (const task of items(listTasks, { client, query })) all.push(task.title)
  return all
}

describe('items of a list', () => {
  it('are read by cursor', async () => {
    const { fetch, requests } = recorder()
    const all = await titlesOf(as(cast.user, { fetch }), { per_page: 10 })
    expect(all.toSorted()).toEqual(titles.toSorted())
    expect(sentValues(requests, 'page')).toEqual([null, null, null])
    expect(sentValues(requests, 'cursor')).toEqual([null, expect.any(String), expect.any(String)])
  })

  it('are read by page from a page on', async () => {
    const { fetch, requests } = recorder()
    const all = await titlesOf(as(cast.user, { fetch }), { per_page: 10, page: 2 })
    expect(all).toHaveLength(COUNT - 10)
    expect(sentValues(requests, 'page')).toEqual(['2', '3'])
  })

  it('come 100 to a page, with the other parameters on each', async () => {
    const { fetch, requests } = recorder()
    const client = as(cast.user, { fetch })
    const pending = items(listTasks, { client, query: { status: 'pending' } })
    expect((await collect(pending)).length).toBe(COUNT)
    expect(sentValues(requests, 'per_page')).toEqual(['100'])
    expect(sentValues(requests, 'status')).toEqual(['pending'])
  })

  it('neither skip nor repeat while others are inserted', async () => {
    const client = as(cast.staff)
    const body = (name: string) => ({ name, email: `${crypto.randomUUID()}@example.com` })
    for (const name of ['A', 'B', 'C', 'D']) await createUser({ client, body: body(name) })
    const seen: User[] = []
    for await (const user of items(listUsers, { client, query: { per_page: 2, sort: '-id' } })) {
      seen.push(user)
      await createUser({ client, body: body('Later') })
    }
    const ids = seen.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(seen.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['A', 'B', 'C', 'D']) as never,
    )
    expect(seen.some(({ name }) => name === 'Later')).toBe(false)
  })

  it('are read no further than somebody wants them', async () => {
    const { fetch, lines } = recorder()
    const client = as(cast.user, { fetch })
    for await (const _ of items(listTasks, { client, query: { per_page: 5 } })) break
    expect(lines().filter((line) => line === 'GET /v1/tasks')).toHaveLength(1)
  })

  it('of the list of events continue after an id', async () => {
    const { fetch, requests } = recorder()
    const client = as(cast.admin, { fetch })
    const ids: number[] = []
    for await (const { id } of items(listEvents, { client, query: { per_page: 2 } })) ids.push(id)
    expect(ids.length).toBeGreaterThan(4)
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    expect(new Set(ids).size).toBe(ids.length)
    expect(sentValues(requests, 'after')[1]).toBe(String(ids[1]))
  })

  it('end with the problem of a page', async () => {
    const client = as(cast.user)
    await expect(items(listUsers, { client }).next()).rejects.toMatchObject({ status: 403 })
  })
})
