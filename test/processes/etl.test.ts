import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertPeople } from '../reports/people.ts'
import { readRecords } from '../setup/csv.ts'
import { createTestDatabase, type TestDatabase } from '../setup/database.ts'
import { openSession } from '../setup/session.ts'

const run = promisify(execFile)

let database: TestDatabase
let folder: string
let ids: number[]

beforeAll(async () => {
  database = await createTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'passbook-etl-'))
  ids = await insertPeople(database, [
    { pincode: '560001', company: 'Acme', banks: ['Union Bank', '=1+1'] },
    { pincode: '560001', company: 'ACME', banks: ['union bank'] },
  ])
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

/** Runs the command as `npm run etl` does. */
const etl = (args: readonly string[], url = database.url): Promise<Ended> =>
  run(process.execPath, ['dist/programs/etl/etl.js', ...args], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: url,
      DATA_DIR: join(folder, 'data'),
      DATABASE_WAIT_SECONDS: '0',
    },
  }).then(
    (ended) => ({ ...ended, code: 0 }),
    (error: Ended) => error,
  )

const read = (name: string) => readFile(join(folder, name), 'utf8')

/** The latest log. */
async function log(): Promise<string> {
  const logs = join(folder, 'data', 'logs')
  return await readFile(join(logs, (await readdir(logs)).sort().at(-1) ?? ''), 'utf8')
}

describe('npm run etl', () => {
  it('groups by each kind in one run', async () => {
    const { code, stdout, stderr } = await etl(['--out', join(folder, 'all.json')])
    expect(code).toBe(0)
    expect(stdout).toMatch(/all\.json is written: 4 groups, \d+ bytes in .+\n$/)
    expect(stdout.split('\n')).toHaveLength(2)
    expect(JSON.parse(await read('all.json'))).toEqual({
      report: {
        type: 'user_groups',
        group_by: ['bank', 'company', 'pincode'],
        include_members: false,
        created_at: expect.any(String),
      },
      bank: [
        { bank: 'Union Bank', user_count: 2 },
        { bank: '=1+1', user_count: 1 },
      ],
      company: [{ company: 'ACME', user_count: 2 }],
      pincode: [{ pincode: '560001', user_count: 2 }],
    })
    expect(stderr).toMatch(/^database opened, seconds [\d.]+$/m)
    expect(stderr).toMatch(/^grouped by company, groups 1, rows 1, seconds [\d.]+$/m)
    const steps = (await log()).trim().split('\n')
    expect(steps.map((line) => JSON.parse(line).msg)).toEqual([
      'database opened',
      'grouped by bank',
      'grouped by company',
      'grouped by pincode',
      'file written',
    ])
    expect(await log()).not.toMatch(/union|acme|560001/i)
  })

  it('writes CSV that says what each line is grouped by', async () => {
    await etl(['--out', join(folder, 'all.csv'), '--members'])
    expect(readRecords(await read('all.csv'))).toEqual(
      [
        ['bank', 'Union Bank', '', '', '2', ids[0]],
        ['bank', 'Union Bank', '', '', '2', ids[1]],
        ['bank', `'=1+1`, '', '', '1', ids[0]],
        ['company', '', 'ACME', '', '2', ids[0]],
        ['company', '', 'ACME', '', '2', ids[1]],
        ['pincode', '', '', '560001', '2', ids[0]],
        ['pincode', '', '', '560001', '2', ids[1]],
      ].map(([grouped_by, bank, company, pincode, user_count, id]) => ({
        grouped_by,
        bank,
        company,
        pincode,
        user_count,
        user_id: String(id),
      })),
    )
  })

  it('groups jointly by what is named', async () => {
    const out = join(folder, 'joint.json')
    await etl(['--out', out, '--group-by', 'pincode,bank', '--members'])
    expect(JSON.parse(await read('joint.json')).groups).toEqual([
      { bank: 'Union Bank', pincode: '560001', user_count: 2, members: ids },
      { bank: '=1+1', pincode: '560001', user_count: 1, members: [ids[0]] },
    ])
  })

  it('writes a file of an empty database', async () => {
    const empty = await createTestDatabase()
    await etl(['--out', join(folder, 'empty.json')], empty.url)
    await empty.drop()
    expect(JSON.parse(await read('empty.json'))).toMatchObject({
      bank: [],
      company: [],
      pincode: [],
    })
  })

  it('says what it wrote as JSON', async () => {
    const out = join(folder, 'said.json')
    const { code, stdout } = await etl(['--out', out, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      file: out,
      format: 'json',
      groups: 4,
      bytes: (await read('said.json')).length,
      seconds: expect.any(Number),
      log: expect.stringMatching(/etl-.+\.log$/),
    })
  })

  it('leaves the file that is there when it fails, and nothing else', async () => {
    const out = join(folder, 'kept.json')
    await writeFile(out, 'the former one')
    const other = await createTestDatabase()
    const session = await openSession(other.url)
    await session.query('DROP TABLE employments')
    await session.close()
    const { code, stderr } = await etl(['--out', out], other.url)
    await other.drop()
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Nothing was written: the database lacks migrations .*details\.\n$/m)
    expect(await read('kept.json')).toBe('the former one')
    expect((await readdir(folder)).filter((name) => name.endsWith('.partial'))).toEqual([])
    expect(await log()).toMatch(/"level":"error".*"stack":" +at /)
  })

  it.each([
    ['a folder that is not there', 'none/groups.csv', /cannot be written \(ENOENT\)\.\n$/],
    ['a folder as the file', 'folder.csv', /is not a file\.\n$/],
  ])('refuses %s', async (_, name, reason) => {
    await mkdir(join(folder, 'folder.csv'), { recursive: true })
    const { code, stderr } = await etl(['--out', join(folder, name)])
    expect(code).toBe(1)
    expect(stderr).toMatch(reason)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  it('says that the database does not answer', async () => {
    const args = ['--out', join(folder, 'away.csv')]
    const { code, stderr } = await etl(args, 'postgres://nobody:x@127.0.0.1:1/none')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^The database cannot be reached .*\n$/)
    expect(await readdir(folder)).not.toContain('away.csv')
  })
})
