import { createConfig, type Environment, readEnvironment } from '../../config.ts'
import { usageError } from '../../lib/command-line.ts'
import { type Outcome, runCommand } from '../../lib/process.ts'
import { keysCommand } from '../commands.ts'
import { openDatabaseAccess } from '../database-access.ts'
import { requireKeysOfDatabase } from '../database-keys.ts'
import { addKeys } from './add.ts'
import { rotateKeys } from './rotate.ts'
import { keyStatus } from './status.ts'

const say = (line: string) => void process.stderr.write(`${line}\n`)

async function rotate(url: string, encryptionKeys: string): Promise<Outcome> {
  const started = performance.now()
  const { fieldKey, indexKey, values } = await rotateKeys(url, encryptionKeys, say)
  const seconds = Math.round((performance.now() - started) / 100) / 10
  return {
    text: `All is stored under ${fieldKey} and ${indexKey}: ${values} values were encrypted anew in ${seconds} s. \`npm run keys -- status\` says which keys may go.\n`,
    document: { field_key: fieldKey, index_key: indexKey, values, seconds },
  }
}

/** Works on the database, with keys that fit it. */
async function withDatabase(
  environment: Environment,
  action: 'rotate' | 'status',
): Promise<Outcome> {
  const access = await openDatabaseAccess(environment)
  try {
    const config = createConfig(environment, access.kept)
    await requireKeysOfDatabase(access.url, environment, config)
    if (action === 'status') return await keyStatus(access.url)
    return await rotate(access.url, config.encryptionKeys)
  } finally {
    await access.close()
  }
}

/** `npm run keys`: makes new encryption keys, and has all that is stored made anew under them. */
await runCommand(keysCommand, async ({ positionals: [action] }) => {
  const environment = readEnvironment(process.env)
  if (action === 'add') return await addKeys(environment)
  if (action === 'rotate' || action === 'status') return await withDatabase(environment, action)
  throw usageError(keysCommand, 'It takes add, rotate or status')
})
