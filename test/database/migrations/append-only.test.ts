import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MIGRATIONS_DIR } from '../../../src/database/schema-engine.ts'

const run = promisify(execFile)

interface Outcome {
  readonly code: number
  readonly stderr: string
}

let folder: string
let baseline: string

/** Runs CI's check on a copy of the migrations. */
const check = (action: 'check' | 'add' = 'check'): Promise<Outcome> =>
  run(process.execPath, ['--import', 'tsx', 'scripts/check-migrations.ts', action, folder]).then(
    ({ stderr }) => ({ code: 0, stderr }),
    ({ code, stderr }: Outcome) => ({ code, stderr }),
  )

/** Adds a migration without a checksum. */
async function addMigration(name: string): Promise<void> {
  await mkdir(join(folder, name))
  await writeFile(join(folder, name, 'migration.sql'), 'SELECT 1;\n')
}

const ACCEPTED: Outcome = { code: 0, stderr: '' }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passbook-migrations-'))
  await cp(MIGRATIONS_DIR, folder, { recursive: true })
  const entries = await readdir(folder, { withFileTypes: true })
  baseline = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)[0] as string
})
afterEach(() => rm(folder, { recursive: true }))

describe('the check of migrations', () => {
  it('accepts them unchanged, whatever their line ends', async () => {
    expect(await check()).toEqual(ACCEPTED)
    const file = join(folder, baseline, 'migration.sql')
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('\n', '\r\n'))
    expect(await check()).toEqual(ACCEPTED)
  })

  it('refuses a changed one, and does not update its checksum', async () => {
    const file = join(folder, baseline, 'migration.sql')
    await writeFile(file, `${await readFile(file, 'utf8')}\n-- changed\n`)
    for (const action of ['check', 'add', 'check'] as const) {
      expect(await check(action)).toEqual({
        code: 1,
        stderr: `${baseline} was changed; revert that, and make the change in a new migration.\n`,
      })
    }
  })

  it('refuses one that is gone or renamed', async () => {
    await rename(join(folder, baseline), join(folder, '10000101000000_other'))
    const { code, stderr } = await check('add')
    expect(code).toBe(1)
    expect(stderr).toContain(`${baseline} is gone`)
    expect(stderr).toContain('10000101000000_other comes before')
  })

  it('refuses a new one without a checksum, and later a change to it', async () => {
    await addMigration('90000101000000_new')
    expect(await check()).toEqual({
      code: 1,
      stderr: '90000101000000_new has no checksum; run: npm run migrations:add\n',
    })
    expect(await check('add')).toEqual(ACCEPTED)
    expect(await check()).toEqual(ACCEPTED)
    await writeFile(join(folder, '90000101000000_new', 'migration.sql'), 'SELECT 2;\n')
    expect((await check()).stderr).toMatch(/^90000101000000_new was changed/)
  })

  it('refuses a new one that does not come last', async () => {
    await addMigration('10000101000000_early')
    expect((await check('add')).stderr).toMatch(/^10000101000000_early comes before/)
  })
})
