import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StartupError } from '../../../src/errors.ts'
import { readCommandLine } from '../../../src/lib/command-line.ts'
import { demoCommand } from '../../../src/programs/commands.ts'
import { demo as runDemo } from '../../../src/programs/demo/command.ts'
import { readOptions } from '../../../src/programs/demo/options.ts'
import { type Account, startTestService, type TestService } from '../../setup/service.ts'
import { createFolder } from './files.ts'

let service: TestService
let url: string
let staff: Account
let folder: Awaited<ReturnType<typeof createFolder>>

beforeAll(async () => {
  service = await startTestService({ worker: true })
  url = await service.app.listen({ port: 0, host: '127.0.0.1' })
  staff = await service.createAccount('staff')
  folder = await createFolder()
})
afterAll(async () => {
  await service.close()
  await folder.remove()
})

async function demo(
  args: readonly string[],
  { account = staff, signal = new AbortController().signal } = {},
) {
  let progress = ''
  const env = { DEMO_USERNAME: account.username, DEMO_PASSWORD: account.password }
  const screen = {
    write: (text: string) => {
      progress += text
    },
  }
  const given = readCommandLine(demoCommand, args)
  if (given === undefined) throw new Error('help is not wanted here')
  const { text, failed, document } = await runDemo(readOptions(given, env), screen, signal)
  return { failed, document, output: progress + text, lines: text.trimEnd().split('\n') }
}

let runs = 0
/** Runs the demo with files whose users no other run has. */
async function run(more: { readonly users?: string; readonly transactions?: string } = {}) {
  const tag = ++runs
  const email = (name: string) => `${name}-${tag}@example.com`
  const fill = (text = '') => text.replaceAll(/<(\w+)>/g, (_, name: string) => email(name))
  const users = `name,email,age\nAnn,<ann>,34\nBob,<bob>,\nCy,<cy>,\n${more.users ?? ''}`
  const transactions = `reference,user_email,transaction_date,transaction_type,transaction_amount,currency
1,<ann>,2026-01-30,credit,0.01,USD
2,<ann>,2026-01-31T20:00:00-08:00,debit,0.02,USD
3,<ann>,2026-01-31,credit,1500,JPY
1,<bob>,2026-01-31,debit,1.005,KWD
${more.transactions ?? ''}`
  return await demo([
    '--url',
    url,
    await folder.write(`users-${tag}.csv`, fill(users)),
    await folder.write(`transactions-${tag}.csv`, fill(transactions)),
  ])
}

/** Runs the demo while PostgreSQL changes rows before it stores them. */
async function runFalsified(table: string, when: string, change: string) {
  await service.database.query(
    `CREATE FUNCTION falsify() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${change}; RETURN NEW; END $$`,
  )
  await service.database.query(
    `CREATE TRIGGER falsify BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION falsify()`,
  )
  return await run().finally(() => service.database.query('DROP FUNCTION falsify CASCADE'))
}

describe('the demo', () => {
  it('loads files and finds every figure equal', async () => {
    const { failed, lines, output } = await run()
    expect(lines.at(-1)).toBe('3 users, 28 figures: all equal')
    expect(failed).toBe(false)
    for (const text of ['Ann', 'example.com', '\u001b']) expect(output).not.toContain(text)
    const [row] = await service.database.query(`SELECT count(*)::int FROM transactions`)
    expect(row).toEqual({ count: 4 })
  })

  it('finds a figure that the service sums up wrongly', async () => {
    const { failed, output, document } = await runFalsified(
      'user_statistics',
      "NEW.currency = 'JPY'",
      'NEW.total_credit := NEW.total_credit + 1',
    )
    expect(failed).toBe(true)
    expect(output).toMatch(/^User \d+, JPY, total_credit: expected "1500", got "1501"$/m)
    expect(output).toMatch(/^3 users, 28 figures: \d+ DIFFER$/m)
    expect(document).toMatchObject({
      users: 3,
      transactions: 4,
      figures: 28,
      differences: expect.arrayContaining([
        {
          user_id: expect.any(Number),
          currency: 'JPY',
          figure: 'total_credit',
          expected: '1500',
          got: '1501',
        },
      ]),
    })
  })

  it('finds a transaction that the service books wrongly', async () => {
    const { failed, output } = await runFalsified(
      'transactions',
      "NEW.currency = 'KWD'",
      'NEW.transaction_amount := 1.006',
    )
    expect(failed).toBe(true)
    expect(output).toMatch(
      /^User \d+, KWD, 2026-01-31: expected \{.*"1\.005"\}, got \{.*"1\.006"\}$/m,
    )
  })

  it('fills a running service with customers, their jobs and accounts, alerts, tasks and a dataset', async () => {
    const { failed, output } = await demo(['--into-running', '--url', url])
    expect(failed).toBe(false)
    expect(output).toMatch(/^80 users, [\d,]+ figures: all equal$/m)
    expect(output).toContain(`Look at it: ${url}/\n`)
    const count = async (table: string) =>
      (await service.database.query<{ count: number }>(`SELECT count(*)::int FROM ${table}`))[0]
        ?.count
    expect(await count('employments')).toBe(80)
    expect(await count('bank_accounts')).toBe(80)
    expect(await count('tasks')).toBe(4)
    expect(await count('alerts')).toBeGreaterThan(0)
    const { body: datasets } = await service.call('listDatasets', { token: staff.token })
    expect(datasets).toMatchObject([{ name: expect.stringMatching(/^orders_/), row_count: 240 }])
  }, 120_000)

  it('makes a sample without files', async () => {
    const { failed, lines } = await demo(['--url', url])
    expect(lines.at(-1)).toMatch(/^200 users, [\d,]+ figures: all equal$/)
    expect(failed).toBe(false)
  }, 60_000)
})

describe('the demo says in a sentence', () => {
  it.each([
    [
      { users: 'Dee,dee.example.com,\n' },
      'The service refused line 5 of the users: email must be an email address, such as asha.rao@example.com.',
    ],
    [
      { users: 'Dee,<dee>,0\n' },
      'The service refused line 5 of the users: age must be at least 1.',
    ],
    [{ users: 'Dee,<ANN>,\n' }, 'The service refused line 5 of the users: email_taken.'],
    [
      { transactions: '4,<ann>,2026-02-30,credit,1,USD\n' },
      'The service refused line 6 of the transactions: transaction_date must be a date or a date-time: send 2026-01-31T10:15:00Z or 2026-01-31.',
    ],
    [
      { transactions: '4,<ann>,2026-02-28,credit,1.005,USD\n' },
      'The service refused line 6 of the transactions: transaction_amount must have at most 2 decimals in USD.',
    ],
    [
      { transactions: '3,<ann>,2026-02-28,credit,1,USD\n' },
      'The service refused line 6 of the transactions: reference_taken.',
    ],
    [
      { transactions: '4,<dee>,2026-02-28,credit,1,USD\n' },
      'Line 6 of the transactions names no user of the users file.',
    ],
  ])('that a line cannot be loaded: %j', async (more, message) => {
    await expect(run(more)).rejects.toThrow(new StartupError(message))
  })

  it('that nothing answers', async () => {
    await expect(demo(['--url', 'http://127.0.0.1:1'])).rejects.toThrow(
      /^The service at http:\/\/127\.0\.0\.1:1 cannot be reached \(.+\)\.$/,
    )
  })

  it('that the password is wrong', async () => {
    await expect(
      demo(['--url', url], { account: { ...staff, password: 'wrong' } }),
    ).rejects.toThrow('The user name or the password is wrong.')
  })

  it('that the account is no staff', async () => {
    await expect(demo(['--url', url], { account: await service.createAccount() })).rejects.toThrow(
      'The service answered with 403 forbidden.',
    )
  })

  it('that a file is not there, before it starts anything', async () => {
    await expect(demo(['/no/users.csv', '/no/transactions.csv'])).rejects.toThrow(
      'There is no file /no/users.csv.',
    )
  })

  it('that it was interrupted', async () => {
    const signal = AbortSignal.abort(new StartupError('Interrupted.'))
    await expect(demo(['--url', url], { signal })).rejects.toThrow(/^Interrupted\.$/)
  })
})
