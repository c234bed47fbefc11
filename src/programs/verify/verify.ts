import { readEnvironment } from '../../config.ts'
import { readNumber } from '../../lib/command-line.ts'
import { runCommand } from '../../lib/process.ts'
import { verifyCommand } from '../commands.ts'
import { openDatabaseAccess } from '../database-access.ts'
import { runVerify } from './run.ts'

/** `npm run verify`: looks for transactions, versions and statistics that were altered behind the service's back. */
await runCommand(verifyCommand, async ({ options }) => {
  const { user, 'repair-statistics': repair } = options
  const range = { min: 1, max: Number.MAX_SAFE_INTEGER }
  const userId = user === undefined ? undefined : readNumber(verifyCommand, 'user', user, range)
  const environment = readEnvironment(process.env)
  const access = await openDatabaseAccess(environment)
  try {
    return await runVerify(environment, access.url, { userId, repair })
  } finally {
    await access.close()
  }
})
