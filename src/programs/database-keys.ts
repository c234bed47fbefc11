import { join, resolve } from 'node:path'
import type { Config, Environment } from '../config.ts'
import { requireFittingKeys } from '../database/key-registry.ts'
import { readsStoredNames } from '../features/users/stored-names.ts'
import { createFieldCrypto } from '../lib/crypto.ts'
import { createKeyChecks } from '../lib/encryption-keys.ts'
import { SECRETS_FILE } from './kept-secrets.ts'

/**
 * Checks that the encryption keys are those of the database. Every program calls this before it
 * encrypts, decrypts or indexes. With other keys, e-mail addresses could be stored twice, and
 * values would be lost.
 *
 * @param environment tells where the keys come from: its keys win over those in DATA_DIR
 * @throws StartupError in one sentence; nothing is changed then
 */
export async function requireKeysOfDatabase(
  databaseUrl: string,
  environment: Environment,
  { encryptionKeys }: Config,
): Promise<void> {
  const crypto = createFieldCrypto(encryptionKeys)
  await requireFittingKeys(databaseUrl, {
    checks: createKeyChecks(encryptionKeys),
    source:
      environment.ENCRYPTION_KEYS === undefined
        ? join(resolve(environment.DATA_DIR), SECRETS_FILE)
        : 'ENCRYPTION_KEYS',
    fits: (stored) => readsStoredNames(crypto, stored),
  })
}
