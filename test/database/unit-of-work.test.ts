import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/client.ts'
import { afterCommit, inUnitOfWork } from '../../src/database/unit-of-work.ts'
import { startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let database: Database
let made = 0

beforeAll(async () => {
  service = await startTestService()
  database = service.services.database
})
afterAll(() => service.close())

const newSubject = () => new Uint8Array(Buffer.from(`subject ${++made}`))
const add = (on: Pick<Database, 'loginThrottle'>, subject: Uint8Array<ArrayBuffer>) =>
  on.loginThrottle.create({
    data: { subject, failures: 1, lastAt: new Date(), blockedUntil: new Date() },
  })
/** Past the service: what is committed. */
const committed = async (subject: Uint8Array) =>
  (await service.database.query('SELECT FROM login_throttles WHERE subject = $1', [subject])).length

describe('inUnitOfWork', () => {
  it('commits what was done on the client and in transactions of its own, together', async () => {
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

  it('leaves nothing when the work fails', async () => {
    const subject = newSubject()
    const failing = inUnitOfWork(database, async () => {
      await database.$transaction((tx) => add(tx, subject))
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await committed(subject)).toBe(0)
  })

  it('takes back a part that fails, and goes on', async () => {
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

  it('leaves a client of another database alone', async () => {
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
  it('runs an effect once the unit is committed, in order and outside of it', async () => {
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

  it('runs none when the work fails', async () => {
    const seen: unknown[] = []
    const failing = inUnitOfWork(database, async () => {
      await afterCommit(() => seen.push('ran'))
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(seen).toEqual([])
  })

  it('runs at once where there is no unit', async () => {
    const seen: unknown[] = []
    await afterCommit(() => seen.push('ran'))
    expect(seen).toEqual(['ran'])
  })
})
