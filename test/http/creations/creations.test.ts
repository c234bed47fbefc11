import { describe, expect, it, vi } from 'vitest'
import type { OperationId } from '../../../src/generated/operations.ts'
import { accepted, finished } from '../../imports/imports.ts'
import { useCast } from '../../setup/cast.ts'
import { keepLog } from '../../setup/log-lines.ts'
import type { RequestOptions } from '../../setup/service.ts'

const kept = keepLog()
const cast = useCast({ worker: true, log: kept.log })

/** The value of a metric as `/metrics` shows it; 0 where it is not there. */
async function metric(name: string): Promise<number> {
  const { body } = await cast.service.call('getMetrics')
  const line = (body as string).split('\n').find((text) => text.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1) ?? 0)
}

/** How much each metric rises while something happens. */
async function rises(names: readonly string[], act: () => Promise<unknown>): Promise<number[]> {
  const before = await Promise.all(names.map(metric))
  await act()
  const after = await Promise.all(names.map(metric))
  return after.map((value, index) => value - (before[index] ?? 0))
}

let requests = 0

/** Sends a request. @returns its answer, its id, and its log lines once it was logged */
async function ask(operation: OperationId, request: RequestOptions) {
  requests += 1
  const id = `request-${requests}`
  const headers = { 'x-request-id': id, ...request.headers }
  const answer = await cast.service.call(operation, { ...request, headers })
  await vi.waitFor(() => expect(kept.of(id, 'request')).toHaveLength(1))
  return { ...answer, id, logged: (text: string) => kept.of(id, text) }
}

const created = (source: string) => `passbook_users_created_total{source="${source}"}`
const failures = (source: string, reason: string) =>
  `passbook_user_creation_failures_total{source="${source}",reason="${reason}"}`
const timed = (source: string, result: string) =>
  `passbook_user_creation_seconds_count{source="${source}",result="${result}"}`
const transactions = (type: string, source: string) =>
  `passbook_transactions_created_total{type="${type}",source="${source}"}`

let people = 0
/** A person whose name and address show up nowhere else. */
const person = () => {
  people += 1
  return { name: `Zebedee ${people}`, email: `zebedee-${people}@customers.example` }
}
const payment = (user_id: number, fields = {}) => ({
  user_id,
  transaction_date: '2026-03-01',
  transaction_amount: '4711.08',
  transaction_type: 'credit',
  ...fields,
})

describe('users that are created', () => {
  it('are counted, timed and logged with their id, the account and the request', async () => {
    const { token, id: staffId } = cast.staff
    const rise = await rises(
      [created('single'), timed('single', 'created'), failures('single', 'email_taken')],
      async () => {
        const { body, id, logged } = await ask('createUser', { token, body: person() })
        expect(logged('user_created')).toEqual([
          {
            user_id: body.id,
            source: 'single',
            account_id: staffId,
            request_id: id,
            ms: expect.any(Number),
          },
        ])
        expect(logged('user_creation_failed')).toEqual([])
      },
    )
    expect(rise).toEqual([1, 1, 0])
  })

  it('are counted apart where they registered, and have no account', async () => {
    const rise = await rises([created('registration'), created('single')], async () => {
      const body = { username: `user${requests}`, password: 'a long password' }
      const answer = await ask('register', { body })
      const [line] = answer.logged('user_created')
      expect(line).toMatchObject({ user_id: answer.body.user.id, source: 'registration' })
      expect(line).not.toHaveProperty('account_id')
    })
    expect(rise).toEqual([1, 0])
  })

  it('have one line for all of a bulk request, and one for each reason of a failure', async () => {
    const known = person()
    await ask('createUser', { token: cast.staff.token, body: known })
    const users = [person(), known, { name: 'Zebedee' }, person(), { ...known, age: 3 }]
    const names = [created('bulk'), failures('bulk', 'email_taken'), timed('bulk', 'created')]
    const rise = await rises(names, async () => {
      const { body, logged } = await ask('bulkCreateUsers', {
        token: cast.staff.token,
        body: { mode: 'partial', users },
      })
      const ids = body.results.flatMap(({ user }: { user?: { id: number } }) => user?.id ?? [])
      expect(logged('user_created')).toMatchObject([
        { count: 2, first_user_id: ids[0], last_user_id: ids[1], account_id: cast.staff.id },
      ])
      expect(logged('user_creation_failed')).toMatchObject([
        { code: 'email_taken', count: 2, source: 'bulk', account_id: cast.staff.id },
        { code: 'validation_failed', count: 1, source: 'bulk', account_id: cast.staff.id },
      ])
    })
    expect(rise).toEqual([2, 2, 1])
  })

  it('are not counted when a bulk request is rolled back', async () => {
    const body = { mode: 'atomic', users: [person(), person()] }
    await ask('createUser', { token: cast.staff.token, body: body.users[1] })
    const names = [created('bulk'), failures('bulk', 'validation_failed'), timed('bulk', 'failed')]
    const rise = await rises(names, async () => {
      const { status, logged } = await ask('bulkCreateUsers', { token: cast.staff.token, body })
      expect(status).toBe(422)
      expect(logged('user_created')).toEqual([])
      expect(logged('user_creation_failed')).toMatchObject([{ code: 'validation_failed' }])
    })
    expect(rise).toEqual([0, 1, 1])
  })

  it('are counted after the commit, and once however often a request is repeated', async () => {
    const request = {
      token: cast.staff.token,
      body: person(),
      headers: { 'idempotency-key': 'a-user' },
    }
    const refuse = `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON idempotency_keys
        FOR EACH ROW EXECUTE FUNCTION refuse()`
    const rise = await rises(
      [created('single'), failures('single', 'internal_error')],
      async () => {
        await cast.service.database.query(refuse)
        const failed = await ask('createUser', request)
        expect(failed.status).toBe(500)
        expect(failed.logged('user_created')).toEqual([])
        await cast.service.database.query('DROP FUNCTION refuse CASCADE')
        expect((await ask('createUser', request)).logged('user_created')).toHaveLength(1)
        expect((await ask('createUser', request)).logged('user_created')).toEqual([])
      },
    )
    expect(rise).toEqual([1, 1])
  })
})

describe('users that are not created', () => {
  it.each([
    ['email_taken', 409, 'createUser', { name: 'Zebedee', email: 'known@customers.example' }],
    ['validation_failed', 422, 'createUser', { name: 'Zebedee' }],
    ['username_taken', 409, 'register', { username: 'known', password: 'a long password' }],
  ] as const)(
    'are logged with %s, and not with what was sent',
    async (code, status, operation, body) => {
      const { token } = cast.staff
      const email = 'known@customers.example'
      await ask('createUser', { token, body: { name: 'Zebedee', email } })
      await ask('register', { body: { username: 'known', password: 'a long password' } })
      const source = operation === 'register' ? 'registration' : 'single'
      const rise = await rises([created(source), failures(source, code)], async () => {
        const { logged } = await ask(operation, source === 'single' ? { token, body } : { body })
        const [line, ...others] = logged('user_creation_failed')
        expect(others).toEqual([])
        expect(line).toMatchObject({ code, count: 1, source, status, ms: expect.any(Number) })
        expect(line?.['account_id']).toBe(source === 'single' ? cast.staff.id : undefined)
      })
      expect(rise).toEqual([0, 1])
    },
  )
})

describe('transactions that are created', () => {
  it('are counted by type, and logged with their id, the user, the account and the request', async () => {
    const { token, id: staffId } = cast.staff
    const names = [transactions('credit', 'single'), transactions('debit', 'single')]
    const rise = await rises(names, async () => {
      const body = payment(cast.user.id, { transaction_type: 'debit' })
      const answer = await ask('createTransaction', { token, body })
      expect(answer.logged('transaction_created')).toEqual([
        {
          transaction_id: answer.body.id,
          user_id: cast.user.id,
          source: 'single',
          account_id: staffId,
          request_id: answer.id,
          ms: expect.any(Number),
        },
      ])
      const refused = await ask('createTransaction', { token, body: payment(987_654_321) })
      expect(refused.status).toBe(404)
      expect(refused.logged('transaction_created')).toEqual([])
      await ask('previewTransaction', { token, body })
    })
    expect(rise).toEqual([0, 1])
  })

  it('have one line for all of a bulk request', async () => {
    const { token } = cast.staff
    const debit = payment(cast.user.id, { transaction_type: 'debit' })
    const list = [payment(cast.user.id), debit, { user_id: 1 }, payment(cast.other.id)]
    const names = [transactions('credit', 'bulk'), transactions('debit', 'bulk')]
    const rise = await rises(names, async () => {
      const body = { mode: 'partial', transactions: list }
      const answer = await ask('bulkCreateTransactions', { token, body })
      const ids = answer.body.results.flatMap(
        ({ transaction }: { transaction?: { id: number } }) => transaction?.id ?? [],
      )
      expect(answer.logged('transaction_created')).toMatchObject([
        { count: 3, first_transaction_id: Math.min(...ids), last_transaction_id: Math.max(...ids) },
      ])
      const refused = await ask('bulkCreateTransactions', {
        token,
        body: { ...body, mode: 'atomic' },
      })
      expect([refused.status, refused.logged('transaction_created')]).toEqual([422, []])
    })
    expect(rise).toEqual([2, 1])
  })
})

describe('what a file creates', () => {
  const load = async (file: string, query: Readonly<Record<string, string | boolean>>) => {
    const id = await accepted(cast.service, cast.staff.token, file, query)
    const { status, rows_loaded } = await finished(cast.service, cast.staff.token, id)
    expect(status).toBe('completed')
    const done = { import_id: id, msg: 'import completed' }
    await vi.waitFor(() => expect(kept.lines).toContainEqual(expect.objectContaining(done)))
    return rows_loaded
  }

  it('is counted as users, unless it was only tried', async () => {
    const people = [person(), person()].map(({ name, email }) => `${name},${email}\n`)
    const file = `name,email\n${people.join('')}`
    const rise = await rises([created('import')], async () => {
      await load(file, { kind: 'users', dry_run: true })
      expect(await load(file, { kind: 'users' })).toBe(2)
    })
    expect(rise).toEqual([2])
  })

  it('is counted as transactions by type, without those that existed', async () => {
    const row = (type: string, reference: string) =>
      `${cast.user.id},2026-03-01,4711.08,${type},${reference}\n`
    const head = 'user_id,transaction_date,transaction_amount,transaction_type,reference\n'
    const names = [transactions('credit', 'import'), transactions('debit', 'import')]
    const query = { kind: 'transactions' }
    const first = head + row('credit', 'a') + row('credit', 'b') + row('debit', 'c')
    expect(await rises(names, () => load(first, query))).toEqual([2, 1])
    const second = head + row('credit', 'a') + row('debit', 'd') + row('debit', 'e')
    expect(await rises(names, () => load(second, query))).toEqual([0, 2])
  })
})

it('logs no name, address, amount or user name', () => {
  const text = JSON.stringify(kept.lines)
  expect(text).toContain('user_created')
  expect(text).not.toMatch(/zebedee|customers\.example|4711\.?08|"known"|password/i)
})
