import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { insertPeople } from './people.ts'
import { askFor, BY_BANK, finished } from './reports.ts'

const cast = useCast()

beforeAll(async () => {
  await insertPeople(cast.service.database, [{ banks: ['Union Bank'] }, { banks: ['Bank of X'] }])
})

const folder = () => join(cast.service.dataDir, 'logs')
const pathOf = (id: number) => join(folder(), `report-${id}.log`)
const linesOf = async (id: number) =>
  (await readFile(pathOf(id), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

const asked = () => askFor(cast.service, cast.staff.token, BY_BANK)
const build = (id: number) => cast.service.services.reports.build(id)
const sweep = () => cast.service.services.reports.sweep()
const ids = async () =>
  (await readdir(folder())).flatMap((name) => Number(/^report-(\d+)/.exec(name)?.[1] ?? []))

/** A report that was built. */
async function built(): Promise<number> {
  const id = await asked()
  await build(id)
  expect((await finished(cast.service, cast.staff.token, id)).status).toBe('completed')
  return id
}

describe('the log of a report', () => {
  it('covers it from start to end, and holds no bank', async () => {
    const id = await built()
    const pace = { seconds: expect.any(Number), rows_per_second: expect.any(Number) }
    const lines = await linesOf(id)
    expect(lines).toMatchObject([
      { msg: 'report started', attempt: 1, group_by: 'bank', format: 'json' },
      { msg: 'groups read', groups: 2, rows: 2, ...pace },
      { msg: 'report completed', groups: 2, rows: 2, bytes: expect.any(Number), ...pace },
    ])
    expect(JSON.stringify(lines)).not.toMatch(/union|bank of/i)
    expect(((await stat(pathOf(id))).mode & 0o777).toString(8)).toBe('600')
  })

  it('has the code and the stack of a failure, but not its message', async () => {
    await cast.service.database.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'Timbuktu'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON report_chunks
        FOR EACH ROW EXECUTE FUNCTION refuse()`)
    const id = await asked()
    await expect(build(id)).rejects.toThrow()
    await cast.service.database.query('DROP FUNCTION refuse CASCADE')
    const line = (await linesOf(id)).at(-1)
    expect(line).toMatchObject({ level: 'error', msg: 'report failed', code: 'report_failed' })
    expect(line.err.stack).toMatch(/build\.ts/)
    expect(JSON.stringify(line)).not.toContain('Timbuktu')
  })

  it('goes with the report', async () => {
    const [removed, kept] = [await built(), await built()]
    await cast.service.call('deleteReport', { params: { id: removed }, token: cast.staff.token })
    expect(await ids()).not.toContain(removed)
    expect(await ids()).toContain(kept)
  })

  it('goes with the user, and once the report is too old', async () => {
    const [old, kept] = [await built(), await built()]
    const leaver = await cast.service.createAccount('staff')
    const left = await askFor(cast.service, leaver.token, BY_BANK)
    await build(left)
    await cast.service.call('deleteUser', { params: { id: leaver.id }, token: cast.admin.token })
    await cast.service.database.query(
      `UPDATE reports SET created_at = now() - interval '25 hours' WHERE id = $1`,
      [old],
    )
    await sweep()
    expect(await ids()).toContain(kept)
    expect(await ids()).not.toContain(old)
    expect(await ids()).not.toContain(left)
  })

  it('leaves other files of the folder alone', async () => {
    await mkdir(folder(), { recursive: true })
    const others = ['import-999999.log', 'report-1.log.gz', 'etl-report-999999.log']
    for (const name of others) await writeFile(join(folder(), name), '')
    await sweep()
    expect(await readdir(folder())).toEqual(expect.arrayContaining(others))
  })
})
