import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { Job } from '../../src/events/catalogue.ts'
import { type Relay, startRelay } from '../../src/events/relay.ts'
import { insertUser, withoutAlerts } from '../setup/rows.ts'
import { startTestService, type TestService } from '../setup/service.ts'

/** What the relay adds to the queue for the figures of a user. */
export const figuresJob = (userId: number, requestId?: string) => ({
  consumer: 'recomputeStatistics',
  payload: { user_ids: [userId], ...(requestId !== undefined && { request_id: requestId }) },
})

/** A service without a worker, whose tests run their own relays, over a queue that records its jobs. */
export function useRelays() {
  let service: TestService
  let relays: Relay[]
  const state = {
    get service(): TestService {
      return service
    },
    user: 0,
    sent: [] as Job[],
    /** What adding to the queue does besides recording. */
    whenAdded: async (): Promise<void> => undefined,

    relay({ poll = false, retrySeconds = 3600 } = {}): Relay {
      const { database, relayed, log, metrics, queue } = service.services
      const noting = {
        ...queue,
        async add(batch: readonly Job[]) {
          await state.whenAdded()
          state.sent.push(...batch)
        },
      }
      const deps = { database, relayed, queue: noting, log, metrics }
      const started = startRelay({ ...deps, retrySeconds, poll })
      relays.push(started)
      return started
    },

    /** Nudges once and waits until that pass is done. */
    async passOnce(): Promise<void> {
      const once = state.relay()
      once.nudge()
      await once.close()
    },

    /** The jobs that were sent to a consumer. */
    sentTo: (name: Job['consumer']) => state.sent.filter(({ consumer }) => consumer === name),

    /** Has the rows of a user been enqueued so long ago. */
    age: (userId: number, seconds: number, attempts: number) =>
      service.database.query(
        `UPDATE outbox SET attempts = $3, enqueued_at = now() - make_interval(secs => $2)
         WHERE user_id = $1`,
        [userId, seconds, attempts],
      ),

    /** Changes of the user's days as one update makes them: an outbox row each. */
    changeDays: (days: number, requestId: string | null = null) =>
      service.database.query(
        `INSERT INTO outbox (user_id, type, day, request_id)
         SELECT $1, 'transaction.updated', date '2020-01-01' + n, $3 FROM generate_series(1, $2::int) AS n`,
        [state.user, days, requestId],
      ),
  }
  beforeAll(async () => {
    service = await startTestService()
    await withoutAlerts(service.database)
  })
  beforeEach(async () => {
    await service.database.query('DELETE FROM outbox')
    state.user = await insertUser(service.database)
    state.sent = []
    state.whenAdded = async () => undefined
    relays = []
  })
  afterEach(async () => {
    for (const relay of relays) await relay.close()
  })
  afterAll(() => service.close())
  return state
}
