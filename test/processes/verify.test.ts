import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../setup/database.ts'
import { tamper } from '../setup/integrity.ts'
import { insertDays, insertUser } from '../setup/rows.ts'
import { runScript } from '../setup/run-script.ts'

let database: TestDatabase
let folder: string
let users: readonly [number, number]

beforeAll(async () => {
  database = await createTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'passbook-verify-'))
  users = [await insertUser(database), await insertUser(database)]
  for (const id of users) await insertDays(database, id, 3)
  for (const id of users) await database.query('SELECT recompute_statistics($1)', [id])
})
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const verify = async (...args: readonly string[]) => {
  const env = { DATABASE_URL: database.url, DATA_DIR: folder }
  const { code, stdout, stderr } = await runScript('verify', [...args, '--json'], env)
  return { code, stderr, document: JSON.parse(stdout) }
}

const progressFile = () => join(folder, 'verify.json')

describe('npm run verify', () => {
  it('ends with 0 where all fits', async () => {
    const { code, document } = await verify()
    expect([code, document]).toEqual([
      0,
      {
        users: 2,
        versions: 6,
        transactions: 6,
        found: 0,
        problems: [],
        repaired: 0,
        seconds: expect.any(Number),
      },
    ])
    expect(existsSync(progressFile())).toBe(false)
  })

  it('goes on where a run was ended', async () => {
    const { host, pathname } = new URL(database.url)
    const problem = { user_id: users[0], kind: 'head_altered' }
    const former = {
      database: `${host}${pathname}`,
      nextUserId: String(users[1]),
      users: 1,
      versions: 3,
      transactions: 3,
      found: 1,
      problems: [problem],
    }
    await writeFile(progressFile(), JSON.stringify(former))
    const { code, document, stderr } = await verify()
    expect(stderr).toContain(`Going on with user ${users[1]}`)
    expect([code, document]).toMatchObject([1, { users: 2, versions: 6, problems: [problem] }])
    expect(existsSync(progressFile())).toBe(false)
  })

  it('begins anew on another database', async () => {
    await writeFile(progressFile(), JSON.stringify({ database: 'elsewhere/x', nextUserId: '99' }))
    expect(await verify()).toMatchObject({ code: 0, document: { users: 2 } })
  })

  it('names an altered row and ends with 1', async () => {
    await tamper(database, `UPDATE transactions SET description = '' WHERE id = 1`)
    const { code, document } = await verify()
    const problem = { user_id: users[0], kind: 'transaction_altered', transaction_id: 1 }
    expect([code, document.problems]).toMatchObject([1, [problem]])
    const { stdout } = await runScript('verify', ['--user', String(users[0])], {
      DATABASE_URL: database.url,
      DATA_DIR: folder,
    })
    expect(stdout).toMatch(
      /^transaction_altered: user \d+, transaction 1, version \d+\n1 users, 3 /,
    )
    expect((await verify('--user', String(users[1]))).code).toBe(0)
    await tamper(database, 'UPDATE transactions SET description = NULL WHERE id = 1')
  })

  it('has wrong statistics computed anew if it is told to', async () => {
    await tamper(database, 'UPDATE daily_statistics SET total_credit = 9 WHERE user_id = $1', [
      users[0],
    ])
    expect(await verify()).toMatchObject({ code: 1, document: { found: 1, repaired: 0 } })
    expect(await verify('--repair-statistics')).toMatchObject({
      code: 1,
      document: { repaired: 1 },
    })
    await database.query('SELECT recompute_statistics($1)', [users[0]])
    expect((await verify()).code).toBe(0)
  })

  it('refuses an unknown user, and what is no user', async () => {
    const unknown = await verify('--user', '999999')
    expect([unknown.code, unknown.document.error]).toEqual([1, 'There is no user 999999.'])
    expect((await verify('--user', 'x')).code).toBe(2)
  })
})
