import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../../src/database/embedded/embedded-postgres.ts'
import { startRedis } from '../../setup/servers/redis.ts'
import { type Measured, measure } from './measure.ts'

const USERS = 500
/** Transactions of each user before, over 90 days. */
const HISTORY = 180

const SEED = `INSERT INTO transactions (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
  SELECT 1 + n % ${USERS}, '', now() - make_interval(days => n / ${USERS} / 2 + 4), 1 + n % 97, (ARRAY['credit', 'debit'])[1 + n % 2], 'USD'
  FROM generate_series(0, ${USERS * HISTORY - 1}) AS n`

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, options: '-c enable_seqscan=off' })
  await client.connect()
  return client
}

/** Migrates by the other checkout's own code, then starts its worker. */
async function startWorker(checkout: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = fork(resolve(import.meta.dirname, 'worker.ts'), [], {
    env: { ...process.env, ...env, CHECKOUT: checkout },
  })
  const [said] = await Promise.race([once(child, 'message'), once(child, 'exit')])
  if (said !== 'ready') throw new Error(`the worker of ${checkout} ended`)
  return child
}

/** Measures the worker of a checkout at each rate, with servers of its own. */
export async function run(
  checkout: string,
  withRedis: boolean,
  rates: readonly number[],
  seconds: number,
): Promise<readonly Measured[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'passbook-bench-'))
  const postgres = await startEmbeddedPostgres({ dataDir, password: 'bench' })
  const redis = withRedis ? await startRedis() : undefined
  const { migrate } = await import(join(checkout, 'src/database/migrate.ts'))
  await migrate(postgres.url)
  const [writer, reader] = [await connect(postgres.url), await connect(postgres.url)]
  try {
    await writer.query(
      `INSERT INTO users (id, name, name_index) SELECT id, '', '' FROM generate_series(1, ${USERS}) AS id`,
    )
    await writer.query(SEED)
    const users = Array.from({ length: USERS }, (_, at) => at + 1)
    await writer.query('SELECT count(*) FROM recompute_statistics($1::bigint, $2::bigint[])', [
      users[0],
      users.slice(1),
    ])
    await writer.query('VACUUM ANALYZE')
    const worker = await startWorker(checkout, {
      DATABASE_URL: postgres.url,
      ...(redis && { REDIS_URL: redis.url }),
    })
    const measuring = {
      writer,
      reader,
      pgdata: join(dataDir, 'postgres'),
      users,
      nudge: () => void worker.send('nudge'),
      async workerCpu(): Promise<number> {
        worker.send('cpu')
        return (await once(worker, 'message'))[0]
      },
    }
    await measure(measuring, 50, 2)
    const measured: Measured[] = []
    for (const rate of rates) measured.push(await measure(measuring, rate, seconds))
    worker.disconnect()
    await once(worker, 'exit')
    return measured
  } finally {
    await Promise.all([writer.end(), reader.end()])
    await redis?.close()
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}
