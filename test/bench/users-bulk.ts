/** How long creating and deleting 1,000 users in one request takes, on the database of `npm run seed`: `npx tsx test/bench/users-bulk.ts`. */
import { buildApp } from '../../src/app.ts'
import { createLog } from '../../src/lib/log.ts'
import { openServices } from '../../src/services.ts'
import { createAccessToken } from '../setup/access-token.ts'
import { openBench } from './open.ts'
import { createPerson } from './people.ts'

const ROUNDS = 11
const ITEMS = 1_000

const bench = await openBench()
const services = openServices(bench.config, bench.url, createLog('warn'), 'api')
const app = await buildApp(services)
const staff = await services.users.create({ name: 'Bench Staff', role: 'staff' })
const authorization = `Bearer ${await createAccessToken({ app, services }, staff.id)}`
const times = { create: [] as number[], remove: [] as number[] }

async function post(kind: keyof typeof times, path: string, payload: object) {
  const start = performance.now()
  const response = await app.inject({
    method: 'POST',
    url: `/v1/users/${path}`,
    headers: { authorization },
    payload,
  })
  times[kind].push(performance.now() - start)
  if (response.statusCode >= 300) throw new Error(response.body)
  return response.json()
}

try {
  for (let round = 0; round < ROUNDS; round += 1) {
    const users = Array.from({ length: ITEMS }, (_, index) => {
      const { name, email, pincode } = createPerson(round * ITEMS + index)
      return { name, email: `bulk.${email}`, age: 34, pincode }
    })
    const { results } = await post('create', 'bulk', { users })
    const ids = results.map((result: { user: { id: number } }) => result.user.id)
    await post('remove', 'bulk-delete', { ids })
  }
  for (const [kind, values] of Object.entries(times)) {
    const sorted = [...values].sort((a, b) => a - b)
    const shown = [sorted[ROUNDS >> 1], sorted.at(-1)].map((time) => time?.toFixed(0))
    console.log(`${kind} ${ITEMS}: median ${shown[0]} ms, longest ${shown[1]} ms`)
  }
  await services.users.remove({ id: Number(staff.id), role: 'staff' }, Number(staff.id))
} finally {
  await app.close()
  await services.close()
  await bench.close()
}
