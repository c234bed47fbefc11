/**
 * How long operations on transactions take in this checkout and in another one, each with a database of its own, in turns:
 * `npx tsx test/bench/operations.ts OTHER_CHECKOUT [ROUNDS]`. The other one has to be prepared: `node scripts/prepare.mjs`.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const USERS = 500
const PER_USER = 200
const BULK = 1_000
const BULK_USERS = 200

/** How often each is done in a round, of which the fastest counts: others work on the machine as well. */
const OPERATIONS = {
  create: 5,
  get: 5,
  update: 5,
  delete: 5,
  history: 5,
  'history, again': 5,
  'history by number': 5,
  'history by number, again': 5,
  'get user': 5,
  'analytics, cached': 5,
  'analytics of a period': 5,
  'analytics from the ledger': 5,
  'recompute one user': 5,
  'bulk of 1,000': 2,
  'recompute 200 users': 1,
} as const
type Operation = keyof typeof OPERATIONS

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

/** The service of a checkout, which does operations as it is told to and says how long each took. */
async function serve(checkout: string): Promise<void> {
  const load = (path: string) => import(join(checkout, path))
  const dataDir = await mkdtemp(join(tmpdir(), 'passbook-bench-'))
  Object.assign(process.env, { DATA_DIR: dataDir, DATABASE_URL: '', RATE_LIMIT_PER_MINUTE: '0' })
  const { openBench } = await load('test/bench/open.ts')
  const { openServices } = await load('src/services.ts')
  const { buildApp } = await load('src/app.ts')
  const { createLog } = await load('src/lib/log.ts')
  const { createAccessToken } = await load('test/setup/access-token.ts')
  const bench = await openBench()
  const services = openServices(bench.config, bench.url, createLog('error'), 'api')
  const app = await buildApp(services)
  const staff = await services.users.create({ name: 'Bench Staff', role: 'staff' })
  const headers = {
    authorization: `Bearer ${await createAccessToken({ app, services }, staff.id)}`,
  }
  const users: number[] = []
  const ids: number[] = []
  let turn = 0

  async function ask(method: string, url: string, payload?: object, more: object = {}) {
    const answer = await app.inject({ method, url, payload, headers: { ...headers, ...more } })
    if (answer.statusCode >= 300) throw new Error(answer.body)
    return answer
  }
  const next = (from: readonly number[]) => {
    turn += 7919
    return from[turn % from.length] as number
  }
  const transaction = (userId: number, day = turn % 90) => ({
    user_id: userId,
    transaction_date: new Date(Date.UTC(2026, 0, 1 + day, 12)).toISOString(),
    transaction_amount: `${1 + (turn % 900)}.50`,
    transaction_type: turn % 2 ? 'credit' : 'debit',
  })
  const bulk = (among: readonly number[]) =>
    ask('POST', '/v1/transactions/bulk', {
      transactions: Array.from({ length: BULK }, (_, at) =>
        transaction(among[at % among.length] as number, at % 90),
      ),
    })
  const analytics = (query: string, more?: object) =>
    ask('GET', `/v1/users/${next(users)}/analytics${query}`, undefined, more)

  const work: Readonly<Record<Operation, () => Promise<unknown>>> = {
    create: async () => {
      const answer = await ask('POST', '/v1/transactions', transaction(next(users)))
      ids.push(answer.json().id)
    },
    get: () => ask('GET', `/v1/transactions/${next(ids)}`),
    update: () => ask('PUT', `/v1/transactions/${next(ids)}`, { description: `turn ${turn}` }),
    delete: () => ask('DELETE', `/v1/transactions/${ids.pop()}`),
    history: () => ask('GET', `/v1/users/${next(users)}/transactions?cursor=`),
    'history, again': () => ask('GET', `/v1/users/${users[0]}/transactions?cursor=`),
    'history by number': () => ask('GET', `/v1/users/${next(users)}/transactions`),
    'history by number, again': () => ask('GET', `/v1/users/${users[0]}/transactions`),
    'get user': () => ask('GET', `/v1/users/${next(users)}`),
    'analytics, cached': () => analytics(''),
    'analytics of a period': () => analytics(`?from=2026-01-01&to=2026-0${1 + (turn % 9)}-15`),
    'analytics from the ledger': () => analytics('', { 'cache-control': 'no-cache' }),
    'recompute one user': () => services.analytics.recompute([users[turn % users.length]]),
    'bulk of 1,000': () => bulk(users.slice(0, BULK_USERS)),
    'recompute 200 users': () => services.analytics.recompute(users.slice(0, BULK_USERS)),
  }

  for (let at = 0; at < USERS; at += 1) {
    users.push(Number((await services.users.create({ name: `User ${at}`, role: 'user' })).id))
  }
  for (let at = 0; at < (USERS * PER_USER) / BULK; at += 1) {
    await bulk(users.slice((at * 5) % USERS, ((at * 5) % USERS) + 5))
  }
  await services.analytics.recompute(users)
  for (let at = 0; at < 500; at += 1) await work.create()
  await services.database.$executeRawUnsafe('VACUUM ANALYZE')

  async function perform(operation: Operation, times: number): Promise<readonly number[]> {
    const took: number[] = []
    for (let time = 0; time < times; time += 1) {
      if (operation === 'recompute one user')
        await ask('POST', '/v1/transactions', transaction(next(users)))
      const start = performance.now()
      await work[operation]()
      took.push(performance.now() - start)
    }
    return took
  }
  process.on('message', async ({ operation, times }: { operation: Operation; times: number }) => {
    process.send?.(await perform(operation, times))
  })
  process.on('disconnect', async () => {
    await app.close()
    await services.close()
    await bench.close()
    await rm(dataDir, { recursive: true, force: true })
    process.exit(0)
  })
  process.send?.([])
}

async function compare(checkouts: readonly string[], rounds: number): Promise<void> {
  const children: ChildProcess[] = []
  for (const checkout of checkouts) {
    const child = fork(import.meta.filename, [], { env: { ...process.env, CHECKOUT: checkout } })
    await once(child, 'message')
    children.push(child)
  }
  const took = Object.fromEntries(
    Object.keys(OPERATIONS).map((name) => [name, checkouts.map((): number[] => [])]),
  )
  for (let round = -2; round < rounds; round += 1) {
    for (const [operation, times] of Object.entries(OPERATIONS)) {
      // Who goes first changes with each round.
      for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
        children[index]?.send({ operation, times })
        const [answer] = await once(children[index] as ChildProcess, 'message')
        if (round >= 0) took[operation]?.[index]?.push(Math.min(...answer))
      }
    }
  }
  for (const [operation, [here = [], there = []]] of Object.entries(took)) {
    const ratio = median(here.map((time, round) => time / (there[round] ?? time)))
    process.stdout.write(
      `${operation}: here ${median(here).toFixed(2)} ms, there ${median(there).toFixed(2)} ms, ratio by round ${ratio.toFixed(2)}\n`,
    )
  }
  for (const child of children) {
    child.disconnect()
    await once(child, 'exit')
  }
}

const served = process.env['CHECKOUT']
if (served !== undefined) await serve(served)
else {
  const [other, rounds = '100'] = process.argv.slice(2)
  if (other === undefined)
    throw new Error('usage: npx tsx test/bench/operations.ts OTHER_CHECKOUT [ROUNDS]')
  await compare([resolve(import.meta.dirname, '../..'), resolve(other)], Number(rounds))
}
