import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { queryOnce } from '../setup/figures.ts'
import { findProblems, readVersions } from '../setup/integrity.ts'
import { waitForLock } from '../setup/lock.ts'
import { insertDays, insertUser } from '../setup/rows.ts'
import { openSession } from '../setup/session.ts'

const cast = useCast()
let user: number

beforeEach(async () => {
  user = await insertUser(cast.service.database)
})

const query = (text: string, values: readonly unknown[] = []) =>
  cast.service.database.query(text, values)

const changesOf = async (id: number) =>
  (await readVersions(cast.service.database, id)).map(({ change, amount }) => `${change} ${amount}`)

const linksOf = (id: number) =>
  cast.service.database.query<{ sequence: number; versions: number; hash: Buffer }>(
    'SELECT sequence::int, versions::int, hash FROM chain_links WHERE user_id = $1 ORDER BY sequence',
    [id],
  )

const sha256 = (...parts: readonly (string | Buffer)[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

describe('writers that bypass Passbook leave versions', () => {
  it('with INSERT, UPDATE and DELETE', async () => {
    await insertDays(cast.service.database, user, 2)
    await query('UPDATE transactions SET transaction_amount = 4 WHERE user_id = $1', [user])
    await query(`DELETE FROM transactions WHERE user_id = $1 AND transaction_date < '2020-01-02'`, [
      user,
    ])
    expect(await changesOf(user)).toEqual([
      'created 1',
      'created 1',
      'updated 4',
      'updated 4',
      'deleted 4',
    ])
    expect((await linksOf(user)).map(({ versions }) => versions)).toEqual([2, 4, 5])
  })

  it('with COPY', async () => {
    await queryOnce(
      cast.service.database.superuserUrl,
      `COPY transactions (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
       FROM PROGRAM 'printf "${user},,2026-01-01,1,credit,USD\\n${user},,2026-01-02,2,debit,USD\\n"'
       (FORMAT csv, FORCE_NOT_NULL (full_name))`,
    )
    expect(await changesOf(user)).toEqual(['created 1', 'created 2'])
  })

  it('with an update that moves a transaction to another user', async () => {
    const other = await insertUser(cast.service.database)
    await insertDays(cast.service.database, user, 1)
    await query('UPDATE transactions SET user_id = $2 WHERE user_id = $1', [user, other])
    expect([await changesOf(user), await changesOf(other)]).toEqual([
      ['created 1', 'deleted 1'],
      ['created 1'],
    ])
  })

  it('with TRUNCATE', async () => {
    await insertDays(cast.service.database, user, 1)
    await query('TRUNCATE transactions')
    expect(await changesOf(user)).toEqual(['created 1', 'deleted 1'])
  })

  it('with a database transaction of several statements, which makes one link', async () => {
    const session = await openSession(cast.service.database.url)
    await session.query('BEGIN')
    for (const amount of [1, 2]) {
      await session.query(
        `INSERT INTO transactions (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
         VALUES ($1, '', now(), $2, 'credit', 'USD')`,
        [user, amount],
      )
    }
    await session.query('DELETE FROM transactions WHERE user_id = $1', [user])
    await session.query('COMMIT')
    await session.close()
    expect((await changesOf(user)).sort()).toEqual([
      'created 1',
      'created 2',
      'deleted 1',
      'deleted 2',
    ])
    expect((await linksOf(user)).map(({ versions }) => versions)).toEqual([4])
  })

  it('but not with a statement that is rolled back, nor one that changes nothing', async () => {
    const session = await openSession(cast.service.database.url)
    await session.query('BEGIN')
    await session.query('SAVEPOINT before')
    await insertInto(session, user)
    await session.query('ROLLBACK TO SAVEPOINT before')
    await session.query('DELETE FROM transactions WHERE user_id = $1', [user])
    await insertInto(session, user)
    await session.query('COMMIT')
    await session.close()
    expect(await changesOf(user)).toEqual(['created 1'])
    expect(await linksOf(user)).toHaveLength(1)
  })
})

const insertInto = (session: Awaited<ReturnType<typeof openSession>>, userId: number) =>
  session.query(
    `INSERT INTO transactions (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
     VALUES ($1, '', now(), 1, 'credit', 'USD')`,
    [userId],
  )

describe('the chain of a user', () => {
  it('can be computed elsewhere', async () => {
    await query(
      `INSERT INTO transactions (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency,
         description, reference, request_id, actor_id, created_at, updated_at)
       VALUES ($1, '', '1969-12-31T23:59:59.999Z', 12.5, 'credit', 'USD', E'a "b", \\\\ c', NULL, 'r 1', 9,
         '2026-01-01T00:00:00.001Z', '2026-01-01T00:00:00.001Z')`,
      [user],
    )
    await query(`UPDATE transactions SET description = '', reference = 'R-1' WHERE user_id = $1`, [
      user,
    ])
    const rows = await cast.service.database.query<{ id: string; tid: string; at: string }>(
      `SELECT id, transaction_id AS tid, (extract(epoch FROM recorded_at) * 1000)::bigint AS at
       FROM transaction_versions WHERE user_id = $1 ORDER BY id`,
      [user],
    )
    const values = [
      ['created', '9,"r 1"', '"a ""b"", \\\\ c",'],
      ['updated', ',', '"",R-1'],
    ] as const
    const digests = rows.map(({ id, tid, at }, index) => {
      const [change, who, texts] = values[index] ?? ['', '', '']
      return sha256(
        `(${id},${user},${tid},${change},${at},${who},-1,12.5000,credit,USD,${texts},1767225600001,1767225600001)`,
      )
    })
    const first = sha256(digests[0] as Buffer)
    const second = sha256(first, sha256(digests[1] as Buffer))
    expect((await linksOf(user)).map(({ hash }) => hash)).toEqual([first, second])
  })

  it('is one chain, however many write at once', async () => {
    const { database } = cast.service
    const customer = await cast.service.createCustomer(cast.staff.token)
    const sessions = await Promise.all(Array.from({ length: 4 }, () => openSession(database.url)))
    const users = [user, customer.id]
    await Promise.all([
      ...sessions.map(async (session, index) => {
        for (let round = 0; round < 10; round += 1) {
          await session.query('BEGIN')
          for (const id of index % 2 ? users : [...users].reverse()) await insertInto(session, id)
          await session.query('COMMIT')
        }
      }),
      ...Array.from({ length: 20 }, () =>
        cast.service.createTransaction(cast.staff.token, { user_id: customer.id }),
      ),
    ])
    for (const session of sessions) await session.close()
    expect((await linksOf(user)).map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    )
    expect(await readVersions(database, customer.id)).toHaveLength(60)
    expect(await findProblems(database)).toEqual([])
  })

  it('keeps nobody waiting while a long transaction of the same user goes on', async () => {
    const customer = await cast.service.createCustomer(cast.staff.token)
    const session = await openSession(cast.service.database.url)
    await session.query('BEGIN')
    await insertInto(session, customer.id)
    const booked = await cast.service.createTransaction(cast.staff.token, { user_id: customer.id })
    expect(booked.id).toBeGreaterThan(0)
    await session.query('COMMIT')
    await session.close()
    expect(await linksOf(customer.id)).toHaveLength(2)
    expect(await findProblems(cast.service.database)).toEqual([])
  })

  it('goes on where another commit was waited for', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(() => openSession(cast.service.database.url)),
    )
    if (!first || !second) throw new Error('no sessions')
    for (const session of [first, second]) {
      await session.query('BEGIN')
      await insertInto(session, user)
    }
    await first.query('SET CONSTRAINTS ALL IMMEDIATE')
    const committed = second.query('COMMIT')
    await waitForLock(cast.service)
    await first.query('COMMIT')
    await committed
    for (const session of [first, second]) await session.close()
    expect(await linksOf(user)).toHaveLength(2)
    expect(await findProblems(cast.service.database)).toEqual([])
  })

  it('lets conditional changes of a busy user succeed', async () => {
    const { call, createTransaction } = cast.service
    const { token } = cast.user
    const params = { id: (await createTransaction(token, { user_id: cast.user.id })).id }
    const change = async () => {
      const { headers } = await call('getTransaction', { params, token })
      const ifMatch = { 'if-match': String(headers['etag']) }
      const body = { description: 'Conditional' }
      return (await call('updateTransaction', { params, token, body, headers: ifMatch })).status
    }
    let isChanged = false
    const write = async () => {
      while (!isChanged) await createTransaction(token, { user_id: cast.user.id })
    }
    const writers = Array.from({ length: 8 }, write)
    const status = await change().finally(() => {
      isChanged = true
    })
    await Promise.all(writers)
    expect(status).toBe(200)
    expect(await findProblems(cast.service.database)).toEqual([])
  })
})
