import { beforeEach, describe, expect, it } from 'vitest'
import { createKey } from '../access/scene.ts'
import { useCast } from '../setup/cast.ts'
import { type Problem, tamper } from '../setup/integrity.ts'
import { insertDays, insertUser } from '../setup/rows.ts'

const cast = useCast({ worker: true })
let user: number

const check = (query: object, token = cast.admin.token) =>
  cast.service.call('checkIntegrity', { query: { ...query }, token })

const kindsOf = async (userId: number): Promise<readonly string[]> => {
  const { body } = await check({ user_id: userId })
  return body.problems.map(({ kind }: Problem) => kind)
}

const run = (statement: string, values: readonly unknown[] = [user]) =>
  tamper(cast.service.database, statement, values)

/** Has a user with three transactions, of which one was updated and one deleted. */
beforeEach(async () => {
  const { database } = cast.service
  user = await insertUser(database)
  await insertDays(database, user, 3)
  await database.query(
    `UPDATE transactions SET transaction_amount = 2 WHERE user_id = $1 AND transaction_date < '2020-01-02'`,
    [user],
  )
  await database.query(
    `DELETE FROM transactions WHERE user_id = $1 AND transaction_date > '2020-01-03'`,
    [user],
  )
  await cast.service.settled()
})

const first = 'id = (SELECT min(id) FROM transactions WHERE user_id = $1)'
const versions = 'FROM transaction_versions WHERE user_id = $1'
const links = 'FROM chain_links WHERE user_id = $1'

/** What somebody could do who turns the triggers off, and what it is found as. */
const ALTERED: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'an amount',
    `UPDATE transactions SET transaction_amount = 9 WHERE ${first}`,
    ['transaction_altered', 'statistics_wrong'],
  ],
  [
    'a description',
    `UPDATE transactions SET description = '' WHERE ${first}`,
    ['transaction_altered'],
  ],
  ['a name', `UPDATE transactions SET full_name = 'x' WHERE ${first}`, ['transaction_altered']],
  [
    'a transaction that is gone',
    `DELETE FROM transactions WHERE ${first}`,
    ['transaction_missing', 'statistics_wrong'],
  ],
  [
    'a transaction that nobody created',
    `INSERT INTO transactions (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
     VALUES ($1, '', '2026-01-01', 1, 'debit', 'USD')`,
    ['transaction_unversioned', 'statistics_wrong'],
  ],
  [
    'an old version',
    `UPDATE transaction_versions SET transaction_amount = 9
     WHERE user_id = $1 AND id = (SELECT min(id) ${versions})`,
    ['version_altered'],
  ],
  [
    'who made a change',
    `UPDATE transaction_versions SET actor_id = 9 WHERE user_id = $1 AND id = (SELECT max(id) ${versions})`,
    ['version_altered'],
  ],
  [
    'a version with its digest',
    `UPDATE transaction_versions SET actor_id = 9, digest = version_digest(id, user_id, transaction_id, change,
       recorded_at, 9, request_id, transaction_date, transaction_amount, transaction_type, currency, description,
       reference, created_at, updated_at)
     WHERE user_id = $1 AND change = 'updated'`,
    ['link_altered'],
  ],
  [
    'a version that is gone',
    `DELETE ${versions} AND change = 'updated'`,
    ['version_missing', 'transaction_altered'],
  ],
  [
    'a version of a link that is gone',
    `DELETE ${versions} AND change = 'created' AND id = (SELECT min(id) ${versions})`,
    ['version_missing'],
  ],
  [
    'a version that was put in',
    `INSERT INTO transaction_versions SELECT ${"nextval('transaction_versions_id_seq')"}, user_id, transaction_id, 0, change,
       recorded_at, actor_id, request_id, full_name, transaction_date, transaction_amount, transaction_type, currency,
       description, reference, created_at, updated_at, digest ${versions} AND change = 'deleted'`,
    ['version_altered', 'version_unlinked'],
  ],
  [
    'a link',
    `UPDATE chain_links SET hash = sha256(hash) WHERE user_id = $1 AND sequence = 1`,
    ['link_altered', 'link_altered'],
  ],
  ['a link that is gone', `DELETE ${links} AND sequence = 2`, ['version_unlinked', 'link_missing']],
  ['the last link', `DELETE ${links} AND sequence = 3`, ['version_unlinked', 'head_altered']],
  ['a head', `UPDATE chain_heads SET hash = sha256(hash) WHERE user_id = $1`, ['head_altered']],
  [
    'statistics',
    'UPDATE daily_statistics SET total_credit = 7 WHERE user_id = $1',
    ['statistics_wrong'],
  ],
]

describe('checkIntegrity', () => {
  it('finds nothing where nothing was altered', async () => {
    const { status, body } = await check({ user_id: user })
    expect([status, body]).toEqual([
      200,
      {
        checked_users: 1,
        versions: 5,
        transactions: 2,
        problems: [],
        skipped_user_ids: [],
        next_user_id: null,
      },
    ])
  })

  it.each(ALTERED)('finds %s', async (_, statement, kinds) => {
    await run(statement)
    expect([...(await kindsOf(user))].sort()).toEqual([...kinds].sort())
  })

  it('names the row that was altered, by ids alone', async () => {
    const [row] = await cast.service.database.query<{ id: string; version: string }>(
      `SELECT min(transaction_id) AS id, max(id) FILTER (WHERE change = 'updated') AS version ${versions}`,
      [user],
    )
    await run(`UPDATE transactions SET description = 'secret' WHERE ${first}`)
    expect((await check({ user_id: user })).body.problems).toEqual([
      {
        user_id: user,
        kind: 'transaction_altered',
        transaction_id: Number(row?.id),
        version_id: Number(row?.version),
      },
    ])
  })

  it('goes through all users, and says where to go on', async () => {
    await run(`UPDATE transactions SET description = '' WHERE ${first}`)
    const found: Problem[] = []
    let checked = 0
    let next: number | null = 1
    while (next !== null) {
      const { body } = await check({ from_user_id: next })
      checked += body.checked_users
      found.push(...body.problems)
      next = body.next_user_id
    }
    const [count] = await cast.service.database.query<{ count: number }>(
      'SELECT count(*)::int FROM users',
    )
    expect(checked).toBe(count?.count)
    expect(found).toContainEqual(expect.objectContaining({ user_id: user }))
  })

  it('begins with the given user', async () => {
    const { body } = await check({ from_user_id: user })
    expect(body.checked_users).toBe(1)
    expect((await check({ from_user_id: Number.MAX_SAFE_INTEGER })).body).toMatchObject({
      checked_users: 0,
      next_user_id: null,
    })
  })

  it('leaves a user with too many versions to the command', async () => {
    await insertDays(cast.service.database, user, 25_000)
    await cast.service.database.query(
      'UPDATE transactions SET currency = currency WHERE user_id = $1',
      [user],
    )
    const { body } = await check({ user_id: user })
    expect(body).toMatchObject({ checked_users: 0, skipped_user_ids: [user] })
  })

  it('is for admins, and keys with audit:read', async () => {
    expect((await check({}, cast.staff.token)).status).toBe(403)
    expect((await check({}, cast.user.token)).status).toBe(403)
    expect((await check({}, '')).status).toBe(401)
    const admin = { ...cast.admin, role: 'admin' as const }
    const key = await createKey(cast.service, admin, ['audit:read'])
    expect((await check({ user_id: user }, key)).status).toBe(200)
  })

  it('answers 404 for an unknown user, and 422 for users given twice', async () => {
    expect((await check({ user_id: 999_999_999 })).status).toBe(404)
    const { status, body } = await check({ user_id: user, from_user_id: user })
    expect([status, body.errors[0]]).toMatchObject([422, { in: 'query', path: 'from_user_id' }])
    expect((await check({ user_id: 0 })).status).toBe(422)
    expect((await check({ after: 1 })).status).toBe(422)
  })
})
