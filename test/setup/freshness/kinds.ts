import type { HttpAnswer, HttpClient } from '../http/http-client.ts'

/** A customer that two processes answer for, and their database. */
export interface Scene {
  readonly clients: readonly [HttpClient, HttpClient]
  readonly userId: number
  query(text: string, values?: readonly unknown[]): Promise<unknown>
}

/** How often each writer of a kind changed what a read shows. */
export type Counts = readonly number[]

/** What is read, and who changes it. Each writer's changes can be counted in what is read. */
export interface Kind {
  /** Prepares what the writers change. */
  begin(scene: Scene): Promise<unknown>
  /** Each makes its change number `turn`, from 1. */
  readonly writers: readonly ((scene: Scene, turn: number) => Promise<unknown>)[]
  read(client: HttpClient, scene: Scene): Promise<Counts>
}

/** Changes of each writer; the rows of a history have room in one page. */
export const TURNS = 12

const OLD = 'written before'
const NEW = 'written meanwhile'

async function send(
  client: HttpClient,
  method: string,
  path: string,
  body?: unknown,
): Promise<HttpAnswer> {
  const answer = await client.request(method, path, body)
  if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}`)
  return answer
}

const clientOf = ({ clients }: Scene, turn: number) => clients[turn % 2] as HttpClient

const book = (scene: Scene, turn: number, description: string) =>
  send(clientOf(scene, turn), 'POST', '/v1/transactions', {
    user_id: scene.userId,
    transaction_date: '2026-03-01',
    transaction_amount: '10.00',
    transaction_type: 'credit',
    description,
  })

/** The figures of the customer, which each change recomputes. */
export const figures: Kind = {
  begin: async () => undefined,
  writers: [
    async (scene, turn) => {
      await book(scene, turn, NEW)
      await scene.query(`SELECT recompute_statistics($1::bigint, '{}'::bigint[])`, [scene.userId])
    },
  ],
  read: async (client, { userId }) => [
    (await send(client, 'GET', `/v1/users/${userId}/analytics`)).body.transaction_count,
  ],
}

/** The transactions that are there from the beginning, of each scene. */
const oldIds = new WeakMap<Scene, readonly number[]>()

/** A page of the customer's history: rows are created, updated by API and by SQL, and deleted. */
export const historyOf = (query: string): Kind => ({
  async begin(scene) {
    const ids: number[] = []
    for (let turn = 0; turn < TURNS + 2; turn += 1) {
      ids.push((await book(scene, turn, turn < 2 ? '0' : OLD)).body.id)
    }
    oldIds.set(scene, ids)
  },
  writers: [
    (scene, turn) => book(scene, turn, NEW),
    (scene, turn) =>
      send(clientOf(scene, turn), 'DELETE', `/v1/transactions/${oldIds.get(scene)?.[turn + 1]}`),
    (scene, turn) =>
      send(clientOf(scene, turn), 'PUT', `/v1/transactions/${oldIds.get(scene)?.[0]}`, {
        description: String(turn),
      }),
    (scene, turn) =>
      scene.query('UPDATE transactions SET description = $2 WHERE id = $1', [
        oldIds.get(scene)?.[1],
        String(turn),
      ]),
  ],
  async read(client, scene) {
    const { body } = await send(client, 'GET', `/v1/users/${scene.userId}/transactions?${query}`)
    const rows: readonly { readonly id: number; readonly description: string }[] = body
    const count = (description: string) => rows.filter((row) => row.description === description)
    const [byApi, bySql] = oldIds.get(scene) ?? []
    const updates = (id?: number) => Number(rows.find((row) => row.id === id)?.description)
    return [count(NEW).length, TURNS - count(OLD).length, updates(byApi), updates(bySql)]
  },
})

/** The customer's own record, which is changed by API and by SQL. */
export const user: Kind = {
  begin: (scene) =>
    send(scene.clients[0], 'PUT', `/v1/users/${scene.userId}`, { name: 'Customer 0', age: 1 }),
  writers: [
    (scene, turn) =>
      send(clientOf(scene, turn), 'PUT', `/v1/users/${scene.userId}`, { name: `Customer ${turn}` }),
    ({ userId, query }) => query('UPDATE users SET age = age + 1 WHERE id = $1', [userId]),
  ],
  async read(client, { userId }) {
    const { body } = await send(client, 'GET', `/v1/users/${userId}`)
    return [Number(body.name.split(' ')[1]), body.age - 1]
  },
}
