import { describe, expect, it, vi } from 'vitest'
import { releaseOutbox } from '../../src/events/outbox.ts'
import { insertDays, insertUser, readOutbox } from '../setup/rows.ts'
import { figuresJob, useRelays } from './relays.ts'

const relays = useRelays()

describe('the relay', () => {
  it('releases its claim when the queue fails, and tries again', async () => {
    let failures = 0
    relays.whenAdded = async () => {
      failures += 1
      if (failures > 1) return
      throw new Error('the queue is away')
    }
    await relays.changeDays(2)
    const polling = relays.relay({ poll: true })
    await vi.waitFor(async () => {
      expect(failures).toBe(1)
      expect(await readOutbox(relays.service.database, relays.user)).toMatchObject([
        { sent: false, attempts: 0 },
        { sent: false, attempts: 0 },
      ])
    })
    polling.nudge()
    await vi.waitFor(() => expect(relays.sent).toEqual([figuresJob(relays.user)]), {
      timeout: 5_000,
    })
    expect(await readOutbox(relays.service.database, relays.user)).toMatchObject([
      { sent: true, attempts: 1 },
      { sent: true, attempts: 1 },
    ])
  })

  it('enqueues lost jobs again, after a wait that doubles', async () => {
    const [patient, due] = [
      await insertUser(relays.service.database),
      await insertUser(relays.service.database),
    ]
    for (const id of [relays.user, patient, due]) await insertDays(relays.service.database, id, 1)
    await relays.age(relays.user, 1.5, 1)
    await relays.age(patient, 4, 4)
    await relays.age(due, 9, 4)
    relays.relay({ poll: true, retrySeconds: 1 })
    await vi.waitFor(() => expect(relays.sent.length).toBeGreaterThanOrEqual(2))
    expect(relays.sent).toEqual(expect.arrayContaining([figuresJob(relays.user), figuresJob(due)]))
    expect(relays.sent).not.toContainEqual(figuresJob(patient))
    expect(await readOutbox(relays.service.database, due)).toMatchObject([
      { sent: true, attempts: 5 },
    ])
  })

  it('enqueues by itself when it polls', async () => {
    relays.relay({ poll: true })
    await insertDays(relays.service.database, relays.user, 1)
    await vi.waitFor(() => expect(relays.sent).toEqual([figuresJob(relays.user)]))
  })

  it('stops once closed, also when nudged again', async () => {
    const closed = relays.relay({ poll: true })
    await closed.close()
    await closed.close()
    await insertDays(relays.service.database, relays.user, 1)
    closed.nudge()
    await relays.passOnce()
    expect(relays.sent).toHaveLength(1)
  })

  it('enqueues at the next start of a worker what was under way', async () => {
    await insertDays(relays.service.database, relays.user, 1)
    await relays.passOnce()
    await relays.age(relays.user, 0, 9)
    await releaseOutbox(relays.service.services.database)
    expect(await readOutbox(relays.service.database, relays.user)).toMatchObject([
      { sent: false, attempts: 0 },
    ])
  })
})
