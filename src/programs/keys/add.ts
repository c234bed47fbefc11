import { join, resolve } from 'node:path'
import type { Environment } from '../../config.ts'
import { StartupError } from '../../errors.ts'
import { addEncryptionKeys } from '../../lib/encryption-keys.ts'
import type { Outcome } from '../../lib/process.ts'
import { readSecrets, SECRETS_FILE, writeSecrets } from '../kept-secrets.ts'

const NEXT = 'Once every process has them, run `npm run keys -- rotate`.'

/**
 * Makes a field key and an index key. With an embedded database they are put in front of the others in DATA_DIR, else
 * they are printed.
 *
 * @throws StartupError when there are no keys yet
 */
export async function addKeys({
  DATABASE_URL,
  DATA_DIR,
  ENCRYPTION_KEYS,
}: Environment): Promise<Outcome> {
  if (ENCRYPTION_KEYS !== undefined) {
    const { encryptionKeys, added } = addEncryptionKeys(ENCRYPTION_KEYS)
    return {
      text: `Set this for every process, and start one after the other again. ${NEXT}\nENCRYPTION_KEYS='${encryptionKeys}'\n`,
      document: { added, ENCRYPTION_KEYS: encryptionKeys },
    }
  }
  if (DATABASE_URL !== undefined) {
    throw new StartupError(
      'ENCRYPTION_KEYS is not set: set it to the keys of this database, to which new ones are added.',
    )
  }
  const dataDir = resolve(DATA_DIR)
  const kept = await readSecrets(dataDir)
  if (kept === undefined)
    throw new StartupError(`There are no keys in ${dataDir} yet; run \`npm start\` once.`)
  const { encryptionKeys, added } = addEncryptionKeys(kept.encryptionKeys)
  await writeSecrets(dataDir, { ...kept, encryptionKeys })
  const file = join(dataDir, SECRETS_FILE)
  return {
    text: `Added ${added.join(' and ')} to ${file}. A running service goes on, and takes them at its next start. ${NEXT}\n`,
    document: { added, file },
  }
}
