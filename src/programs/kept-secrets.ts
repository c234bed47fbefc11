import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartupError } from '../errors.ts'
import { createEncryptionKeys } from '../lib/encryption-keys.ts'

/** The file in DATA_DIR that holds the secrets. */
export const SECRETS_FILE = 'secrets.json'

/** Secrets that are generated once for an embedded database, and kept beside it. */
export interface KeptSecrets {
  readonly jwtSecret: string
  readonly encryptionKeys: string
  readonly databasePassword: string
  readonly adminUsername: string
  readonly adminPassword: string
}

const random = (bytes: number) => randomBytes(bytes).toString('base64url')

/** Generates new values for every secret. */
export const createSecrets = (): KeptSecrets => ({
  jwtSecret: random(48),
  encryptionKeys: createEncryptionKeys(),
  databasePassword: random(24),
  adminUsername: 'admin',
  adminPassword: random(12),
})

/** Reads the secrets of a data folder; undefined when it has none yet. */
export async function readSecrets(dataDir: string): Promise<KeptSecrets | undefined> {
  const path = join(dataDir, SECRETS_FILE)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new StartupError(
      `${path} cannot be read (${error.code}); make it readable for this user.`,
    )
  })
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as KeptSecrets
  } catch {
    throw new StartupError(`${path} is damaged; restore it, as the data cannot be read without it.`)
  }
}

/**
 * Reads the secrets of a data folder, or creates them at the first call.
 *
 * @throws StartupError when the folder is not writable, or holds a database whose secrets are
 *   missing
 */
export async function ensureSecrets(dataDir: string): Promise<KeptSecrets> {
  const stored = await readSecrets(dataDir)
  if (stored) return stored
  const path = join(dataDir, SECRETS_FILE)
  const data = join(dataDir, 'postgres')
  if (existsSync(join(data, 'PG_VERSION'))) {
    throw new StartupError(
      `${path} is missing, and the data beside it cannot be read without it; restore it, or delete ${data} to start with no data.`,
    )
  }
  const secrets = createSecrets()
  await writeSecrets(dataDir, secrets)
  return secrets
}

/**
 * Replaces the secrets of a data folder. The file is written atomically, and only its owner can read it.
 *
 * @throws StartupError when the folder is not writable
 */
export async function writeSecrets(dataDir: string, secrets: KeptSecrets): Promise<void> {
  const path = join(dataDir, SECRETS_FILE)
  const temporary = `${path}.${process.pid}`
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    await writeFile(temporary, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
    await rename(temporary, path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new StartupError(
      `${dataDir} cannot be written (${code}); set DATA_DIR to a folder that this user can write.`,
      { cause: error },
    )
  }
}
