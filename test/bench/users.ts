/**
 * How long lists of users take among a million, each filter in each order: `npx tsx test/bench/users.ts`. It
 * takes the database of `npm run seed`, which it fills when it is empty. Words on the command line choose
 * the cases that have them in their names.
 */
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../../src/app.ts'
import { createLog } from '../../src/lib/log.ts'
import { openServices } from '../../src/services.ts'
import { createAccessToken } from '../setup/access-token.ts'
import { openBench } from './open.ts'
import { createPerson } from './people.ts'
import { seedUsers } from './seed-users.ts'

const USERS = 1_000_000
const ROUNDS = 21
const DEEP_PAGE = 300
const SORTS = ['id', '-id', 'created_at', '-created_at', 'updated_at', '-updated_at', 'age', '-age']

const { name, email, pincode } = createPerson(4711)
const FILTERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  none: {},
  'q=ma (20 %)': { q: 'ma' },
  'q=mal (7 %)': { q: 'mal' },
  'q=example (all)': { q: 'example' },
  'q=malia (3 %)': { q: 'malia' },
  'q=malia torisk': { q: 'malia torisk' },
  'q=ma to': { q: 'ma to' },
  'q of one': { q: email.split('@')[0] ?? '' },
  'q of nobody': { q: 'ma xyzzy' },
  'age 30': { min_age: '30', max_age: '30' },
  'age 20 to 22': { min_age: '20', max_age: '22' },
  'age 30 to 60': { min_age: '30', max_age: '60' },
  'age from 85': { min_age: '85' },
  'company, largest': { company: 'nordalworks' },
  'company, third': { company: 'NordalLabs' },
  'company, small': { company: 'QuafinBuild' },
  'bank, largest': { bank: 'firstbank' },
  'bank, smallest': { bank: 'SilverMutual' },
  'pincode, largest': { pincode: '100000' },
  pincode: { pincode },
  name: { name },
  email: { email },
  'nobody: q and bank': { q: 'zyx', bank: 'FirstBank' },
  'q=ma, largest bank': { q: 'ma', bank: 'FirstBank' },
  'age 30 to 60, largest company': { min_age: '30', max_age: '60', company: 'NordalWorks' },
}

interface Times {
  readonly median: number
  readonly p95: number
  readonly total: string
}

async function measure(get: (query: object) => Promise<Answer>, query: object): Promise<Times> {
  const times: number[] = []
  let total = ''
  for (let round = -3; round < ROUNDS; round += 1) {
    const start = performance.now()
    const answer = await get(query)
    if (round >= 0) times.push(performance.now() - start)
    total = answer.total
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.ceil(share * times.length) - 1] ?? 0
  return { median: at(0.5), p95: at(0.95), total }
}

interface Answer {
  readonly count: number
  readonly total: string
  readonly cursor: string | undefined
}

function createGet(app: FastifyInstance, token: string) {
  return async (query: object): Promise<Answer> => {
    const response = await app.inject({
      url: `/v1/users?${new URLSearchParams(query as Record<string, string>)}`,
      headers: { authorization: `Bearer ${token}` },
    })
    if (response.statusCode !== 200) throw new Error(response.body)
    return {
      count: response.json().length,
      total: String(response.headers['x-total-count'] ?? ''),
      cursor: response.headers['x-next-cursor']?.toString(),
    }
  }
}

const bench = await openBench()
const services = openServices(bench.config, bench.url, createLog('warn'), 'api')
try {
  if ((await services.database.userCount.count()) <= 1) {
    await seedUsers(bench.url, bench.config.encryptionKeys, USERS, () => undefined)
  }
  const app = await buildApp(services)
  const staff = await services.users.create({ name: 'Bench Staff', role: 'staff' })
  const get = createGet(app, await createAccessToken({ app, services }, staff.id))
  const slow: string[] = []
  const words = process.argv.slice(2)
  for (const [filter, query] of Object.entries(FILTERS)) {
    if (words.length > 0 && !words.some((word) => filter.includes(word))) continue
    for (const sort of SORTS) {
      const deep = { ...query, sort, page: String(DEEP_PAGE) }
      const middle = await get(deep)
      const cases = {
        first: { ...query, sort },
        ...(middle.count > 0 && { [`page ${DEEP_PAGE}`]: deep }),
        ...(middle.cursor !== undefined && { cursor: { ...query, sort, cursor: middle.cursor } }),
        'first by cursor': { ...query, sort, cursor: '' },
      }
      for (const [part, parameters] of Object.entries(cases)) {
        const { median, p95, total } = await measure(get, parameters)
        const line = `${filter} | ${sort} | ${part} | ${total} | ${median.toFixed(1)} | ${p95.toFixed(1)}`
        console.log(line)
        if (p95 >= 50) slow.push(line)
      }
    }
  }
  console.log(`50 ms and more: ${slow.length}\n${slow.join('\n')}`)
  await services.users.remove({ id: Number(staff.id), role: 'staff' }, Number(staff.id))
  await app.close()
} finally {
  await services.close()
  await bench.close()
}
