import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { queryOnce } from '../setup/figures.ts'
import { logIn } from '../setup/http/http-client.ts'
import { PRIVATE, PUBLIC, tellStory } from '../setup/leaks/leak-story.ts'
import { dumpDatabase, findLeaks, type Haystack, readFiles } from '../setup/leaks/leaks.ts'
import {
  createDataDir,
  databaseUrl,
  endProcesses,
  readKept,
  startProcess,
} from '../setup/servers/processes.ts'

let dataDir: Awaited<ReturnType<typeof createDataDir>>
let secrets: string[]
let adminPassword: string
let output: string
let dump: Haystack[]
let files: Haystack[]

beforeAll(async () => {
  dataDir = await createDataDir()
  const passbook = startProcess('main', { DATA_DIR: dataDir.path, LOG_LEVEL: 'debug' })
  const url = await passbook.url()
  const kept = await readKept(dataDir.path)
  adminPassword = kept.adminPassword
  const database = await databaseUrl(dataDir.path)
  const admin = await logIn(url, kept.adminUsername, adminPassword)
  secrets = await tellStory(admin, database, () => passbook.seen(/"msg":"job failed"/))
  secrets.push(admin.token?.split('.')[2] as string)
  dump = await dumpDatabase(database)
  await queryOnce(database, 'CHECKPOINT')
  // A mail names the person it is for, and the secrets are kept here.
  files = (await readFiles(dataDir.path)).filter(
    ({ where }) => !/secrets\.json$|\.eml$/.test(where),
  )
  await passbook.end('SIGTERM')
  output = passbook.text.stdout + passbook.text.stderr
}, 120_000)
afterAll(async () => {
  await endProcesses()
  await dataDir.remove()
})

describe('names, addresses, account numbers, passwords and tokens', () => {
  it('are in no table', () => {
    expect(findLeaks([...secrets, adminPassword], dump)).toEqual([])
    // What is there is found: the search can fail.
    const { username, reference, pincode, bank } = PUBLIC
    expect(findLeaks([username, reference, pincode, bank], dump)).toEqual(
      expect.arrayContaining([
        `${username} in users`,
        `${pincode} in users`,
        `${reference} in transactions`,
        `${bank} in bank_accounts`,
      ]),
    )
    expect(dump.map(({ where }) => where)).toContain('bullmq.job')
  })

  it('are in no file of the database, its log included', () => {
    expect(findLeaks([...secrets, adminPassword], files)).toEqual([])
    expect(findLeaks([PUBLIC.reference], files)).not.toEqual([])
    expect(files.some(({ where }) => where.endsWith('postgres.log'))).toBe(true)
  }, 60_000)

  it('are not in what the process says, at the level debug', () => {
    // The greeting tells it, once.
    const log = output.replace(`Password    ${adminPassword}\n`, '')
    expect(
      findLeaks([...secrets, adminPassword], [{ where: 'log', bytes: Buffer.from(log) }]),
    ).toEqual([])
    for (const said of ['"operation":"createUser"', '"msg":"job failed"', '"msg":"request failed"'])
      expect(log).toContain(said)
  })

  it('would be found plain, in lower case, and encoded', () => {
    const { name, email } = PRIVATE
    const bytes = [
      name.toLowerCase(),
      Buffer.from(`x${name} and`).toString('base64'),
      Buffer.from(`xy${email},`).toString('base64'),
      Buffer.from(email).toString('hex'),
    ].map((text) => Buffer.from(text))
    const found = bytes.map((each) => findLeaks([name, email], [{ where: 'it', bytes: each }]))
    expect(found).toEqual([
      [`${name} in it`],
      [`${name} in it`],
      [`${email} in it`],
      [`${email} in it`],
    ])
  })
})
