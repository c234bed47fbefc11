import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { inBackground } from '../../src/database/background.ts'
import { openDatabase, type PlainDatabase } from '../../src/database/client.ts'
import { connectDedicated } from '../../src/database/dedicated-connection.ts'
import { readSnapshot } from '../../src/database/snapshot.ts'
import { inUnitOfWork } from '../../src/database/unit-of-work.ts'
import { openQueue } from '../../src/events/queue.ts'
import { createLog } from '../../src/lib/log.ts'
import { createMetrics } from '../../src/lib/metrics.ts'
import { createTestDatabase, type TestDatabase } from '../setup/database.ts'
import { openSession } from '../setup/session.ts'

const SHOW = 'SHOW jit'
const log = createLog('silent')

let own: TestDatabase
let opened: ReturnType<typeof openDatabase>

beforeAll(async () => {
  own = await createTestDatabase()
  // The embedded server compiles nothing by itself, so that it would hide what a connection says.
  const name = new URL(own.url).pathname.slice(1)
  await own.query(`ALTER DATABASE ${name} SET jit = on`)
  opened = openDatabase(own.url, 2, log)
})
afterAll(async () => {
  await opened.close()
  await own.drop()
})

const byDriver = (database: PlainDatabase) => database.rows(SHOW, [])

describe('statements are never compiled', () => {
  it('though the database would compile those of others', async () => {
    const session = await openSession(own.url)
    expect(await session.query(SHOW)).toEqual([{ jit: 'on' }])
    await session.close()
  })

  it.each<[string, () => Promise<unknown>]>([
    ['requests', () => opened.database.$queryRawUnsafe(SHOW)],
    ['background work', () => inBackground(() => opened.database.$queryRawUnsafe(SHOW))],
    ['units of work', () => inUnitOfWork(opened.database, () => byDriver(opened.prepared))],
    ['the relay', () => opened.relay.$queryRawUnsafe(SHOW)],
    ['webhooks', () => opened.webhooks.$queryRawUnsafe(SHOW)],
    ['plain statements', () => byDriver(opened.plain)],
    ['prepared statements', () => byDriver(opened.prepared)],
    ['shared look-ups', () => byDriver(opened.lookUps)],
    ['shared commits', () => byDriver(opened.commits)],
    ['snapshots', () => readSnapshot(own.url, ({ rows }) => rows(SHOW))],
  ])('on the connections for %s', async (_, show) => {
    expect(await show()).toEqual([{ jit: 'off' }])
  })

  it('on connections of their own', async () => {
    const limits = { statement: 1_000, lock: 1_000, connect: 5_000 }
    const client = await connectDedicated(own.url, 'passbook test', limits)
    expect((await client.query(SHOW)).rows).toEqual([{ jit: 'off' }])
    await client.end()
  })

  it('on the connections of a queue', async () => {
    await own.query('CREATE TABLE seen (jit text)')
    await own.query(`
      CREATE FUNCTION see_jit() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO public.seen VALUES (current_setting('jit')); RETURN NULL; END $$`)
    await own.query(`
      DO $$ DECLARE name regclass; BEGIN
        FOR name IN SELECT oid::regclass FROM pg_class
          WHERE relkind = 'r' AND relnamespace = 'bullmq'::regnamespace
        LOOP EXECUTE format('CREATE TRIGGER see_jit AFTER INSERT OR UPDATE ON %s
          FOR EACH STATEMENT EXECUTE FUNCTION public.see_jit()', name); END LOOP;
      END $$`)
    const queue = openQueue({ databaseUrl: own.url, metrics: createMetrics(), log })
    await queue.add([{ consumer: 'updateStatistics', payload: { user_ids: [1] } } as never])
    await vi.waitFor(async () => {
      expect(await own.query('SELECT DISTINCT jit FROM seen')).toEqual([{ jit: 'off' }])
    })
    await queue.close()
  })
})
