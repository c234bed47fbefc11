import { Socket } from 'node:net'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase, type PlainDatabase } from '../../../src/database/client.ts'
import { createLog } from '../../../src/lib/log.ts'
import { createTestDatabase, type TestDatabase } from '../../setup/database.ts'

let own: TestDatabase
let opened: ReturnType<typeof openDatabase>
let lookUps: PlainDatabase

beforeAll(async () => {
  own = await createTestDatabase()
})
beforeEach(async () => {
  opened = openDatabase(own.url, 2, createLog('silent'))
  lookUps = opened.lookUps
  await lookUps.rows('SELECT', [])
})
afterEach(async () => {
  vi.restoreAllMocks()
  await opened.close()
})
afterAll(async () => {
  await own.drop()
})

const backend = async () => {
  const [row] = await lookUps.rows<{ pid: number }>('SELECT pg_backend_pid() AS pid', [])
  return row?.pid
}
const echo = (number: number) =>
  lookUps.rows(`SELECT $1::int + 0 AS number /* ${number % 3} */`, [number])

describe('a pipeline of look-ups', () => {
  it('sends all of a turn in one packet, and gives each its own answer', async () => {
    const first = await Promise.all([0, 1, 2].map(echo))
    expect(first).toEqual([[{ number: 0 }], [{ number: 1 }], [{ number: 2 }]])
    const packets: unknown[] = []
    const { uncork } = Socket.prototype
    const corked = vi.spyOn(Socket.prototype, 'uncork').mockImplementation(function (this: Socket) {
      if (this.writableCorked === 1 && this.writableLength > 0) packets.push(this.writableLength)
      return uncork.call(this)
    })
    const numbers = Array.from({ length: 12 }, (_, number) => number)
    expect(await Promise.all(numbers.map(echo))).toEqual(numbers.map((number) => [{ number }]))
    expect(corked).toHaveBeenCalled()
    expect(packets).toHaveLength(1)
  })

  it('sends what comes meanwhile once the statements before are answered', async () => {
    const { begin } = opened.lookUps
    const answers: string[] = []
    const noted = (name: string) => echo(1).then(() => answers.push(`${name} answered`))
    const sent = new Promise<void>((resolve) => {
      begin?.(() => {
        void noted('first')
        begin(() => {
          answers.push('second begins')
          void noted('second').then(() => resolve())
        })
        answers.push('second waits')
      })
    })
    await sent
    expect(answers).toEqual(['second waits', 'first answered', 'second begins', 'second answered'])
  })

  it('goes on after statements that failed', async () => {
    const { begin } = opened.lookUps
    const failed = lookUps.rows('SELECT nothing', [])
    const begun = new Promise<void>((resolve) => begin?.(resolve))
    await expect(failed).rejects.toThrow()
    await expect(begun).resolves.toBeUndefined()
  })

  it('fails a statement alone', async () => {
    const outcomes = await Promise.allSettled([
      echo(1),
      lookUps.rows('SELECT 1 / $1::int', [0]),
      lookUps.rows('SELECT nothing', []),
      echo(2),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ])
  })

  it('plans each statement once, whatever its parameters', async () => {
    const plans = () =>
      lookUps.rows(
        `SELECT sum(generic_plans)::int AS kept, sum(custom_plans)::int AS anew
         FROM pg_prepared_statements WHERE statement LIKE 'SELECT count(*)%'`,
        [],
      )
    for (const ids of ['{1}', '{1,2}', '{3}']) {
      await lookUps.rows('SELECT count(*) FROM unnest($1::bigint[])', [ids])
    }
    expect(await plans()).toEqual([{ kept: 3, anew: 0 }])
  })

  it('goes on over another connection when its own breaks', async () => {
    const before = await backend()
    // The server ends it by a signal of the test.
    const waiting = [echo(1), lookUps.rows('SELECT pg_sleep(60)', []), echo(2)]
    const settled = Promise.allSettled(waiting)
    await vi.waitFor(async () => {
      const ended = await own.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE pid = ${before} AND query LIKE '%pg_sleep%'`,
      )
      expect(ended).toHaveLength(1)
    })
    const [first, cut, last] = await settled
    expect([first?.status, cut?.status, last?.status]).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ])
    await vi.waitFor(async () => expect(await backend()).not.toBe(before))
  })

  it('gives its connection back once, though that breaks afterwards', async () => {
    const query = vi.spyOn(pg.Client.prototype, 'query')
    const other = openDatabase(own.url, 2, createLog('silent'))
    await other.lookUps.rows('SELECT', [])
    const client = query.mock.contexts[0] as pg.Client
    await other.close()
    expect(() => client.emit('error', new Error('late'))).not.toThrow()
  })

  it('answers what was sent before it ends', async () => {
    const other = openDatabase(own.url, 2, createLog('silent'))
    await other.lookUps.rows('SELECT', [])
    const sent = other.lookUps.rows('SELECT count(*)::int FROM generate_series(1, 500000)', [])
    const ended = other.close()
    expect(await sent).toEqual([{ count: 500_000 }])
    await ended
  })

  it('ends after it was never used', async () => {
    const unused = openDatabase(own.url, 2, createLog('silent'))
    await expect(unused.close()).resolves.toBeUndefined()
  })
})
