import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSecrets } from '../../src/programs/kept-secrets.ts'
import { createTestDatabase, type TestDatabase } from '../setup/database.ts'

const run = promisify(execFile)

let database: TestDatabase
let folder: string
const secrets = createSecrets()

beforeAll(async () => {
  database = await createTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'passbook-import-'))
  await database.query(
    `INSERT INTO users (username, username_key, role, disabled_at, name, name_index, search_index)
     VALUES ('Gone', 'gone', 'admin', now(), '', '', '{}'), ('Chief', 'chief', 'admin', NULL, '', '', '{}'),
            ('maria', 'maria', 'user', NULL, '', '', '{}')`,
  )
})
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** How far it is, is said every two seconds where that is no terminal. */
const PROGRESS = /^\[.*\n/gm

/** Runs the command as `npm run import` does. Standard error is told without progress. */
const load = (args: readonly string[], url = database.url): Promise<Ended> =>
  run(process.execPath, ['dist/programs/import/import.js', ...args], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: url,
      DATA_DIR: join(folder, 'data'),
      JWT_SECRET: secrets.jwtSecret,
      ENCRYPTION_KEYS: secrets.encryptionKeys,
    },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr: stderr.replaceAll(PROGRESS, '') }),
    ({ code, stdout, stderr }: Ended) => ({
      code,
      stdout,
      stderr: stderr.replaceAll(PROGRESS, ''),
    }),
  )

async function write(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

const importOf = async (name: string) =>
  (await database.query(`SELECT * FROM imports WHERE name = $1 ORDER BY id DESC`, [name]))[0] as
    | Record<string, unknown>
    | undefined

describe('npm run import', () => {
  it('loads a file straight from the disk, and says what it came to', async () => {
    const path = await write('orders.csv', 'Id,Amount\n1,12.50\n2,7\n3\n')
    const rejects = join(folder, 'bad.csv')
    const { code, stdout, stderr } = await load([path, '--rejects', rejects, '--footer-lines', '0'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /^orders is loaded: 2 rows in [\d.]+ s \([\d,]+\/s\), 1 refused\n {2}id {2}integer\n {2}amount {2}numeric\n$/,
    )
    expect(await readFile(rejects, 'utf8')).toBe(
      'reject_line,reject_column,reject_code,reject_reason,Id,Amount\r\n' +
        '4,,too_few_cells,The row has fewer cells than columns.,3\r\n',
    )
    const record = await importOf('orders')
    expect(record).toMatchObject({ status: 'completed', has_upload: false, rows_loaded: '2' })
    const log = await readFile(join(folder, 'data', 'logs', `import-${record?.['id']}.log`), 'utf8')
    expect(log).toContain('import completed')
    expect(await database.query('SELECT * FROM import_chunks WHERE part = $1', ['upload'])).toEqual(
      [],
    )
  })

  it('says which lines it left out', async () => {
    const path = await write('cut.csv', 'Made by:,us\n\nid,amount\n1,2\n2,3\n3,4\nTotal: 3,\n')
    const { stdout } = await load([path])
    expect(stdout).toMatch(/^cut is loaded: 3 rows/)
    expect(stdout).toContain('\nLeft out: 2 lines above the table, 1 line below it\n')
    expect(stdout).toContain('\n  line 7: Total: 3,\n')
  })

  it('knows a file that it has loaded, and reads one that is packed', async () => {
    const path = await write('packed.csv.gz', gzipSync('a,b\n1,x\n'))
    expect((await load([path])).stdout).toMatch(/^packed is loaded: 1 rows/)
    expect((await load([path])).stdout).toMatch(/^packed was loaded before: 1 rows/)
  })

  it('says why nothing was loaded, and where more is to be read', async () => {
    const path = await write('short.csv', 'a,b\n1,2\n"3\n4,5\n')
    const { code, stderr } = await load([path, '--on-error', 'abort'])
    const record = await importOf('short')
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^Nothing was loaded, line 3: A quote is opened and never closed; .*import-\d+\.log has more\.\n$/,
    )
    expect(record).toMatchObject({ status: 'failed', rows_loaded: '0' })
    expect(await database.query("SELECT * FROM datasets WHERE name = 'short'")).toEqual([])
  })

  it('checks without storing', async () => {
    const path = await write('dry.csv', 'a,b\n1,2\n')
    expect((await load([path, '--dry-run'])).stdout).toMatch(/^dry could be loaded: 1 rows/)
    expect(await database.query("SELECT * FROM datasets WHERE name = 'dry'")).toEqual([])
  })

  it('loads for the account that login takes by this name, whatever its case', async () => {
    const path = await write('cased.csv', 'a,b\n5,6\n')
    expect((await load([path, '--as', 'CHIEF'])).code).toBe(0)
    const [chief] = await database.query(`SELECT id FROM users WHERE username = 'Chief'`)
    expect(await importOf('cased')).toMatchObject({ user_id: chief?.['id'] })
  })

  it.each([
    ['a file that is not there', ['nowhere.csv'], /^There is no file nowhere\.csv\.\n$/],
    ['a folder', ['.'], /^\. is not a file\.\n$/],
    [
      'an account that is not there',
      ['FILE', '--as', 'nobody'],
      /^There is no account nobody\.\n$/,
    ],
    ['an account that is disabled', ['FILE', '--as', 'gone'], /^The account gone is disabled\.\n$/],
    [
      'an account of a customer',
      ['FILE', '--as', 'maria'],
      /^The account maria may not load files; name a staff or admin account\.\n$/,
    ],
  ])('refuses %s in one sentence', async (_, args, sentence) => {
    const path = await write('any.csv', 'a,b\n1,2\n')
    const { code, stdout, stderr } = await load(args.map((arg) => (arg === 'FILE' ? path : arg)))
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(sentence)
  })

  it('refuses an empty file, and a name that is taken', async () => {
    const { stderr } = await load([await write('nothing.csv', '')])
    expect(stderr).toBe('Nothing was loaded: The file is empty; send a file with content.\n')
    await load([await write('taken.csv', 'a,b\n1,2\n')])
    const again = await load([await write('taken.csv', 'a,b\n3,4\n')])
    expect(again.stderr).toMatch(/^Nothing was loaded: A dataset of this name exists/)
  })
})
