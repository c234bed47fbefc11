import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readEnvironment } from '../../../src/config.ts'
import { createFieldCrypto } from '../../../src/lib/crypto.ts'
import { createSecrets, readSecrets, writeSecrets } from '../../../src/programs/kept-secrets.ts'
import { addKeys } from '../../../src/programs/keys/add.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'passbook-keys-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

const DATABASE_URL = 'postgres://db.example/passbook'

describe('npm run keys -- add', () => {
  it('puts new keys in front in DATA_DIR, for its owner alone, and leaves all else', async () => {
    const secrets = createSecrets()
    await writeSecrets(dataDir, secrets)
    const { text, document } = await addKeys(readEnvironment({ DATA_DIR: dataDir }))
    expect(text).toContain('takes them at its next start')
    expect(document).toEqual({ added: ['k2', 'index2'], file: join(dataDir, 'secrets.json') })
    const kept = await readSecrets(dataDir)
    expect({ ...kept, encryptionKeys: '' }).toEqual({ ...secrets, encryptionKeys: '' })
    const keys = kept?.encryptionKeys ?? ''
    expect(createFieldCrypto(keys).keyIds).toEqual(['k2', 'index2', 'k1', 'index'])
    expect(text).not.toContain(keys.slice(3, 20))
    expect((await stat(join(dataDir, 'secrets.json'))).mode & 0o777).toBe(0o600)
    expect(await readdir(dataDir)).toEqual(['secrets.json'])
  })

  it('prints what to set where the keys come from the environment', async () => {
    const { encryptionKeys } = createSecrets()
    const environment = readEnvironment({ DATABASE_URL, ENCRYPTION_KEYS: encryptionKeys })
    const { text } = await addKeys(environment)
    expect(text).toMatch(/^ENCRYPTION_KEYS='k2:\S+,index2:\S+'$/m)
    expect(text).toContain(`,${encryptionKeys}'`)
  })

  it.each([{ DATABASE_URL }, { DATA_DIR: '/nowhere/at/all' }])(
    'fails with %j alone, in one sentence',
    async (given) => {
      await expect(addKeys(readEnvironment(given))).rejects.toThrow(
        /^(ENCRYPTION_KEYS|There are no keys)/,
      )
    },
  )
})
