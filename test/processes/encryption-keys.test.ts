import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSecrets } from '../../src/programs/kept-secrets.ts'
import { createTestDatabase, type TestDatabase } from '../setup/database.ts'
import {
  createDataDir,
  endProcesses,
  readKept,
  startProcess,
  type TestProcess,
} from '../setup/servers/processes.ts'

const { jwtSecret: JWT_SECRET, encryptionKeys: OURS } = createSecrets()
const { encryptionKeys: OTHERS } = createSecrets()
/** Nothing answers there: a program whose keys do not fit gets no further than the database. */
const REDIS_URL = 'redis://127.0.0.1:1'
const ADMIN = { ADMIN_USERNAME: 'first.admin', ADMIN_PASSWORD: 'a-password-of-theirs' }

let database: TestDatabase
let dataDir: Awaited<ReturnType<typeof createDataDir>>

beforeEach(async () => {
  database = await createTestDatabase()
  dataDir = await createDataDir()
})
afterEach(async () => {
  await endProcesses()
  await dataDir.remove()
  await database.drop()
})

/** Starts everything, and ends it again. */
async function startAndEnd(env: Readonly<Record<string, string>>): Promise<void> {
  const started = startProcess('main', { DATA_DIR: dataDir.path, ...env })
  await started.url()
  expect(await started.end('SIGTERM')).toMatchObject({ code: 0 })
}

async function reasonOf(started: TestProcess): Promise<string> {
  expect(await started.exited).toEqual({ code: 1, signal: null })
  expect(started.text.stderr).toMatch(/^[A-Z/][^\n]*\.\n$/)
  return started.text.stderr
}

/** All that keys have to do with, and which transaction wrote it. */
const contents = () =>
  database.query(
    `SELECT (SELECT json_agg(json_build_array(xmin, users)) FROM users) AS users,
       (SELECT json_agg(json_build_array(xmin, encryption_keys)) FROM encryption_keys) AS keys`,
  )

describe('keys that do not fit the database', () => {
  it('keep every program from starting, and nothing is changed', async () => {
    const given = { DATABASE_URL: database.url, JWT_SECRET, REDIS_URL, ...ADMIN }
    const { REDIS_URL: _, ...alone } = given
    await startAndEnd({ ...alone, ENCRYPTION_KEYS: OURS })
    const before = await contents()
    for (const program of ['main', 'api', 'worker'] as const) {
      const start = (ENCRYPTION_KEYS: string) =>
        reasonOf(startProcess(program, { ...given, ENCRYPTION_KEYS }))
      expect(await start(OTHERS)).toMatch(/^The key index of ENCRYPTION_KEYS is not the one/)
      expect(await start(OURS.replace('k1:', 'k2:'))).toMatch(/^ENCRYPTION_KEYS lacks the key k1/)
      expect(await contents()).toEqual(before)
    }
    await startAndEnd({ ...alone, ENCRYPTION_KEYS: `k2:${OTHERS.slice(3, 47)},${OURS}` })
  }, 120_000)

  it('are named by the file that holds them, beside an embedded database', async () => {
    await startAndEnd({})
    const file = join(dataDir.path, 'secrets.json')
    const kept = await readKept(dataDir.path)
    await writeFile(file, JSON.stringify({ ...kept, encryptionKeys: OTHERS }))
    const sentence = await reasonOf(startProcess('main', { DATA_DIR: dataDir.path }))
    expect(sentence).toMatch(/^The key index of \S+secrets\.json is not the one/)
    expect(sentence).not.toContain(OTHERS.slice(3, 20))
    await writeFile(file, JSON.stringify(kept))
    await startAndEnd({})
  }, 120_000)
})
