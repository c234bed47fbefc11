import { strict as assert } from 'node:assert'
import { randomUUID } from 'node:crypto'

/** What the journey needs of a generated client; each adapter calls the client's own functions. */
export interface Journey {
  readonly login: (username: string, password: string) => Promise<{ access_token: string }>
  readonly createUser: (name: string, email: string) => Promise<{ id: number }>
  readonly createTransaction: (userId: number, amount: string) => Promise<{ id: number }>
  /** A page of one transaction. */
  readonly listTransactions: (userId: number, page: number) => Promise<readonly { id: number }[]>
  readonly analytics: (
    userId: number,
  ) => Promise<{ is_current: boolean; net_total: string; period: unknown }>
  readonly upload: (name: string, file: Blob) => Promise<{ id: number }>
  readonly uploadForm: (name: string, file: Blob) => Promise<{ id: number }>
  readonly getImport: (id: number) => Promise<{ status: string; rows_loaded: number }>
  /** The problem of a user without a name. */
  readonly refused: () => Promise<{ code: string }>
}

const MAX_WAIT_MS = 20_000
const PAUSE_MS = 50

async function until<T>(ask: () => Promise<T>, isDone: (answer: T) => boolean): Promise<T> {
  for (const end = Date.now() + MAX_WAIT_MS; ; ) {
    const answer = await ask()
    if (isDone(answer)) return answer
    assert(Date.now() < end, JSON.stringify(answer))
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}

/**
 * Goes through the service of `PASSBOOK_URL` with a client.
 *
 * @param create makes the client; it sends the token once there is one
 */
export async function travel(create: (url: string, token: () => string) => Journey): Promise<void> {
  const {
    PASSBOOK_URL: url = '',
    PASSBOOK_USERNAME: name = '',
    PASSBOOK_PASSWORD: word = '',
  } = process.env
  let token = ''
  const client = create(url, () => token)
  token = (await client.login(name, word)).access_token

  const { id: user } = await client.createUser('Asha Rao', `${randomUUID()}@customers.example`)
  const booked = [
    await client.createTransaction(user, '1250.00'),
    await client.createTransaction(user, '99.90'),
  ]
  const pages = [await client.listTransactions(user, 1), await client.listTransactions(user, 2)]
  const listed = pages.flat().map(({ id }) => id)
  assert.deepEqual(
    listed.toSorted(),
    booked.map(({ id }) => id),
  )
  const figures = await until(
    () => client.analytics(user),
    (answer) => answer.is_current,
  )
  assert.deepEqual([figures.net_total, figures.period], ['1349.90', null])
  for (const send of [client.upload, client.uploadForm]) {
    const file = new Blob(['id,amount\n1,12.50\n2,7.00\n'], { type: 'text/csv' })
    const { id } = await send(`orders_${randomUUID()}`, file)
    const loaded = await until(
      () => client.getImport(id),
      ({ status }) => !['queued', 'running'].includes(status),
    )
    assert.deepEqual([loaded.status, loaded.rows_loaded], ['completed', 2])
  }
  assert.equal((await client.refused()).code, 'validation_failed')
}
