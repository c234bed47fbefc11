import { join, resolve } from 'node:path'
import type { Config, Environment } from '../config.ts'
import { requireFittingKeys } from '../database/key-registry.ts'
import { readsStoredNames } from '../features/users/stored-names.ts'
import { createFieldCrypto, createKeyChecks } from '../lib/crypto.ts'
import { SECRETS_FILE } from './kept-secrets.ts'

/**
 * To be called by every program that encrypts, decrypts or indexes, before it does: with other keys than those
 * the database was filled with, addresses would be there twice and values be lost.
 *
 * @param environment as it was given: its keys win over those beside an embedded database
 * @throws StartupError in one sentence, and nothing is changed
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
