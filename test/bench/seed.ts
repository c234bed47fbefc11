import type { Command } from '../../src/lib/command-line.ts'
import { readNumber } from '../../src/lib/command-line.ts'
import { runCommand } from '../../src/lib/process.ts'
import { formatCount, formatSeconds } from '../../src/lib/terminal.ts'

const MAX_USERS = 1_000_000_000
const DEFAULT_USERS = '1000000'

const command = {
  name: 'seed',
  summary: `Fills a database with invented users: that of DATABASE_URL, with ENCRYPTION_KEYS and JWT_SECRET, or that of
DATA_DIR, which is made when missing. Then \`npm start\` serves them.`,
  document: '{"users": COUNT, "seconds"}',
  options: { users: { value: 'N', text: `how many; ${DEFAULT_USERS} when not given` } },
} as const satisfies Command

/** `npm run seed`: see its usage. */
await runCommand(command, async ({ options: { users = DEFAULT_USERS } }) => {
  const count = readNumber(command, 'users', users, { min: 1, max: MAX_USERS })
  // Loading all of Passbook is left to who runs it: the usage comes at once.
  const [{ openBench }, { seedUsers }] = await Promise.all([
    import('./open.ts'),
    import('./seed-users.ts'),
  ])
  const { url, config, close } = await openBench()
  try {
    const started = performance.now()
    await seedUsers(url, config.encryptionKeys, count, (done) =>
      process.stderr.write(`\r${formatCount(done)} of ${formatCount(count)}`),
    )
    process.stderr.write('\n')
    const seconds = (performance.now() - started) / 1000
    return {
      text: `${formatCount(count)} users in ${formatSeconds(seconds)}\n`,
      document: { users: count, seconds },
    }
  } finally {
    await close()
  }
})
