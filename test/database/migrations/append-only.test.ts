import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkMigrations } from '../../../scripts/migration-checksums.ts'
import { MIGRATIONS_DIR } from '../../../src/database/schema-engine.ts'
import { StartupError } from '../../../src/errors.ts'

let folder: string
let baseline: string

/** What CI's check says of a copy of the migrations; null if it accepts them. */
function check(action: 'check' | 'add' = 'check'): string | null {
  try {
    checkMigrations(folder, action === 'add')
    return null
  } catch (error) {
    if (error instanceof StartupError) return error.message
    throw error
  }
}

/** Adds a migration without a checksum. */
async function addMigration(name: string): Promise<void> {
  await mkdir(join(folder, name))
  await writeFile(join(folder, name, 'migration.sql'), 'SELECT 1;\n')
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passbook-migrations-'))
  await cp(MIGRATIONS_DIR, folder, { recursive: true })
  const entries = await readdir(folder, { withFileTypes: true })
  baseline = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)[0] as string
})
afterEach(() => rm(folder, { recursive: true }))

describe('the check of migrations', () => {
  it('accepts them unchanged, whatever their line ends', async () => {
    expect(check()).toBeNull()
    const file = join(folder, baseline, 'migration.sql')
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('\n', '\r\n'))
    expect(check()).toBeNull()
  })

  it('refuses a changed one, and does not update its checksum', async () => {
    const file = join(folder, baseline, 'migration.sql')
    await writeFile(file, `${await readFile(file, 'utf8')}\n-- changed\n`)
    for (const action of ['check', 'add', 'check'] as const) {
      expect(check(action)).toBe(
        `${baseline} was changed; revert that, and make the change in a new migration.`,
      )
    }
  })

  it('refuses one that is gone or renamed', async () => {
    await rename(join(folder, baseline), join(folder, '10000101000000_other'))
    const refusal = check('add')
    expect(refusal).toContain(`${baseline} is gone`)
    expect(refusal).toContain('10000101000000_other comes before')
  })

  it('refuses a new one without a checksum, and later a change to it', async () => {
    await addMigration('90000101000000_new')
    expect(check()).toBe('90000101000000_new has no checksum; run: npm run migrations:add')
    expect(check('add')).toBeNull()
    expect(check()).toBeNull()
    await writeFile(join(folder, '90000101000000_new', 'migration.sql'), 'SELECT 2;\n')
    expect(check()).toMatch(/^90000101000000_new was changed/)
  })

  it('refuses a new one that does not come last', async () => {
    await addMigration('10000101000000_early')
    expect(check('add')).toMatch(/^10000101000000_early comes before/)
  })
})
