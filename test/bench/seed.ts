/**
 * Fills a database with invented users: `npm run seed -- --users 1000000`. It takes DATABASE_URL with
 * ENCRYPTION_KEYS and JWT_SECRET, or DATA_DIR, which is made when missing; then `npm start` serves them.
 */
import { parseArgs } from 'node:util'
import { openBench } from './open.ts'
import { seedUsers } from './seed-users.ts'

const { values } = parseArgs({ options: { users: { type: 'string', default: '1000000' } } })
const count = Number(values.users)
if (!Number.isSafeInteger(count) || count < 1) throw new Error('--users takes a whole number')

const { url, config, close } = await openBench()
try {
  const started = performance.now()
  await seedUsers(url, config.encryptionKeys, count, (done) =>
    process.stdout.write(`\r${done.toLocaleString('en')} of ${count.toLocaleString('en')}`),
  )
  console.log(` users in ${((performance.now() - started) / 1000).toFixed(0)} s`)
} finally {
  await close()
}
