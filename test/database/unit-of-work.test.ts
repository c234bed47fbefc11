import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/client.ts'
import { afterCommit, inUnitOfWork } from '../../src/database/unit-of-work.ts'
import { startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let database: Database
let subjects = 0

beforeAll(async () => {
  service = await startTestService()
  database = service.services.database
})
afterAll(() => service.close())

const newSubject = () => new Uint8Array(Buffer.from(`subject ${++subjects}`))
const add = (on: Pick<Database, 'loginThrottle'>, subject: Uint8Array<ArrayBuffer>) =>
  on.loginThrottle.create({
    data: { subject, failures: 1, lastAt: new Date(), blockedUntil: new Date() },
  })
/** Counts committed rows, bypassing the service. */
const committed = async (subject: Uint8Array) =>
  (await service.database.query('SELECT FROM login_throttles WHERE subject = $1', [subject])).length

describe('inUnitOfWork', () => {
  it('commits direct queries and nested transactions together', async () => {
    const [first, second] = [newSubject(), newSubject()]
    await inUnitOfWork(database, async () => {
      await add(database, first)
      await database.$transaction((tx) => add(tx, second))
      expect(await committed(first)).toBe(0)
      expect(await committed(second)).toBe(0)
    })
    expect(await committed(first)).toBe(1)
    expect(await committed(second)).toBe(1)
  })

  it('rolls everything back if the work fails', async () => {
    const subject = newSubject()
    const failing = inUnitOfWork(database, async () => {
      await database.$transaction((tx) => add(tx, subject))
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await committed(subject)).toBe(0)
  })

  it('rolls back a nested transaction that fails, and continues', async () => {
    const [kept, dropped] = [newSubject(), newSubject()]
    await inUnitOfWork(database, async () => {
      await add(database, kept)
      const part = database.$transaction(async (tx) => {
        await add(tx, dropped)
        await add(tx, kept)
      })
      await expect(part).rejects.toThrow()
      expect(await database.loginThrottle.count({ where: { subject: kept } })).toBe(1)
    })
    expect(await committed(kept)).toBe(1)
    expect(await committed(dropped)).toBe(0)
  })

  it('does not affect a client of another database', async () => {
    const other = await startTestService()
    const subject = newSubject()
    const failing = inUnitOfWork(database, async () => {
      await add(other.services.database, subject)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await other.services.database.loginThrottle.count({ where: { subject } })).toBe(1)
    await other.close()
  })
})

describe('afterCommit', () => {
  it('runs effects after the commit, in order and outside the unit', async () => {
    const subject = newSubject()
    const seen: unknown[] = []
    await inUnitOfWork(database, async () => {
      await add(database, subject)
      await afterCommit(async () => seen.push(await committed(subject)))
      await afterCommit(async () =>
        seen.push(await database.loginThrottle.count({ where: { subject } })),
      )
      seen.push('working')
    })
    expect(seen).toEqual(['working', 1, 1])
  })

  it('runs nothing if the work fails', async () => {
    const seen: unknown[] = []
    const failing = inUnitOfWork(database, async () => {
      await afterCommit(() => seen.push('ran'))
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(seen).toEqual([])
  })

  it('runs at once outside a unit', async () => {
    const seen: unknown[] = []
    await afterCommit(() => seen.push('ran'))
    expect(seen).toEqual(['ran'])
  })
})
