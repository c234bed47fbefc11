import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { ask, pidOf } from './ask.ts'
import { follow } from './follow.ts'
import { postgresCpu } from './postgres-cpu.ts'

/** What is due after so long is written in one statement, as requests of one turn of the event loop share one. */
const TICK_MS = 5
/** One of so many changes is followed. */
const FOLLOWED = 5
const MAX_REST_MS = 60_000

/** CPU milliseconds of a change, and how many milliseconds passed until its figures were current. */
export interface Measured {
  readonly rate: number
  readonly worker: number
  readonly postgres: number
  readonly p50: number
  readonly p99: number
  /** Seconds from the last change until scores, alerts and events were done too. */
  readonly rest: number
}

export interface Measuring {
  /** Writes transactions. */
  readonly writer: pg.Client
  /** Looks whether they are in the figures. */
  readonly reader: pg.Client
  /** The data folder of PostgreSQL. */
  readonly pgdata: string
  readonly users: readonly number[]
  readonly nudge: () => void
  /** CPU milliseconds of the worker. */
  readonly workerCpu: () => Promise<number>
}

const INSERT = `INSERT INTO transactions
    (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency, request_id)
  SELECT one, '', now() - make_interval(days => (random() * 3)::int), 1 + one % 90, (ARRAY['credit', 'debit'])[1 + one % 2], 'USD',
    gen_random_uuid()::text
  FROM unnest($1::bigint[]) AS one`
const NEWEST = 'SELECT max(id) AS id FROM outbox WHERE user_id = $1 AND day IS NOT NULL'
const REST = 'SELECT EXISTS (SELECT FROM outbox) OR EXISTS (SELECT FROM pending_events) AS waiting'

/** Writes so many changes a second, and follows some. */
export async function measure(
  { writer, reader, pgdata, users, nudge, workerCpu }: Measuring,
  rate: number,
  seconds: number,
): Promise<Measured> {
  const ours = [await pidOf(writer), await pidOf(reader)]
  const before = { worker: await workerCpu(), postgres: await postgresCpu(pgdata, ours) }
  const followed = follow(reader)
  const start = performance.now()
  const total = rate * seconds
  let written = 0
  while (written < total) {
    const due = Math.min(Math.floor(((performance.now() - start) / 1_000) * rate), total)
    const chosen = users
      .concat(users)
      .slice(written % users.length)
      .slice(0, Math.min(due - written, users.length))
    if (chosen.length > 0) {
      await ask(writer, INSERT, [chosen])
      const committed = performance.now()
      nudge()
      if (written % FOLLOWED < chosen.length) {
        const user = chosen.at(-1) as number
        const [newest] = await ask(writer, NEWEST, [user])
        if (newest?.id) followed.add(newest.id, user, committed)
      }
      written += chosen.length
    }
    await delay(TICK_MS)
  }
  const last = performance.now()
  const waits = await followed.end()
  const waiting = async () => (await ask(reader, REST))[0]?.waiting
  while ((await waiting()) && performance.now() - last < MAX_REST_MS) await delay(50)
  const rest = (performance.now() - last) / 1_000
  return {
    rate,
    worker: ((await workerCpu()) - before.worker) / written,
    postgres: ((await postgresCpu(pgdata, ours)) - before.postgres) / written,
    p50: waits[waits.length >> 1] ?? 0,
    p99: waits[Math.floor(waits.length * 0.99)] ?? 0,
    rest,
  }
}
