import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../../src/database/client.ts'
import { isDatabaseAway } from '../../src/database/errors.ts'
import { createLog } from '../../src/lib/log.ts'
import { createTestDatabase } from '../setup/database.ts'

const opened: (() => Promise<void>)[] = []
const open = (url: string) => {
  const connection = openDatabase(url, 2, createLog('silent'))
  opened.push(connection.close)
  return connection.database
}
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})

const failure = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => 'it did not fail',
    (error: unknown) => error,
  )

/** The errors of a model query, a raw query and a transaction. */
const failures = (database: ReturnType<typeof open>) =>
  Promise.all([
    failure(database.user.findMany()),
    failure(database.$queryRaw`SELECT 1`),
    failure(database.$transaction((tx) => tx.user.count())),
  ])

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push(async () => void server.close())
  const address = server.address()
  return `postgres://a:b@127.0.0.1:${typeof address === 'object' ? address?.port : ''}/c`
}

describe('isDatabaseAway', () => {
  it('recognises a dropped database', async () => {
    const { url, drop } = await createTestDatabase()
    const database = open(url)
    await database.user.count()
    await drop()
    expect((await failures(database)).map(isDatabaseAway)).toEqual([true, true, true])
  })

  it('recognises a server that refuses connections', async () => {
    const errors = await failures(open('postgres://a:b@127.0.0.1:1/c'))
    expect(errors.map(isDatabaseAway)).toEqual([true, true, true])
  })

  it('recognises a server that closes the connection', async () => {
    const url = await listen(createServer((socket) => socket.destroy()))
    expect((await failures(open(url))).map(isDatabaseAway)).toEqual([true, true, true])
  })

  it('recognises a refused password', async () => {
    const { url, drop } = await createTestDatabase()
    const wrong = new URL(url)
    wrong.password = 'wrong'
    const errors = await failures(open(wrong.href))
    expect(errors.map(isDatabaseAway)).toEqual([true, true, true])
    await drop()
  })

  it('recognises a connection lost during a query', async () => {
    const { url, query, drop } = await createTestDatabase()
    const database = open(url)
    const sleeping = failure(database.$queryRaw`SELECT pg_sleep(20)::text`)
    await vi.waitFor(async () => {
      const ended = await query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE '%pg_sleep(20)%'
           AND pid <> pg_backend_pid()`,
      )
      expect(ended).toHaveLength(1)
    })
    expect(isDatabaseAway(await sleeping)).toBe(true)
    await drop()
  })

  it('does not mistake our own errors for it', async () => {
    const { url, drop } = await createTestDatabase()
    const database = open(url)
    const wrong = [
      failure(database.$queryRaw`SELECT * FROM nowhere`),
      failure(database.user.findMany({ where: { id: 'x' as never } })),
      failure(database.user.delete({ where: { id: 7 } })),
      Promise.resolve(new TypeError('Connection is not a function')),
      Promise.resolve(undefined),
    ]
    expect((await Promise.all(wrong)).map(isDatabaseAway)).toEqual(wrong.map(() => false))
    await drop()
  })
})
