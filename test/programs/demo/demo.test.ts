import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../../src/programs/demo/command.ts'
import { DemoError } from '../../../src/programs/demo/errors.ts'
import { type Account, startTestService, type TestService } from '../../setup/service.ts'
import { createFolder } from './files.ts'

const USERS = 'name,email,age\nAnn,ann@example.com,34\nBob,bob@example.com,\nCy,cy@example.com,\n'
const TRANSACTIONS = `reference,user_email,transaction_date,transaction_type,transaction_amount,currency
1,ann@example.com,2026-01-30,credit,0.01,USD
2,ann@example.com,2026-01-31T20:00:00-08:00,debit,0.02,USD
3,ann@example.com,2026-01-31,credit,1500,JPY
1,bob@example.com,2026-01-31,debit,1.005,KWD
`

let service: TestService
let url: string
let staff: Account
let folder: Awaited<ReturnType<typeof createFolder>>
let files: readonly string[]

beforeAll(async () => {
  service = await startTestService({ worker: true })
  url = await service.app.listen({ port: 0, host: '127.0.0.1' })
  staff = await service.createAccount('staff')
  folder = await createFolder()
  files = [
    await folder.write('users.csv', USERS),
    await folder.write('transactions.csv', TRANSACTIONS),
  ]
})
afterAll(async () => {
  await service.close()
  await folder.remove()
})

async function demo(
  args: readonly string[],
  { account = staff, signal = new AbortController().signal } = {},
) {
  let output = ''
  const env = { DEMO_USERNAME: account.username, DEMO_PASSWORD: account.password }
  const screen = {
    write: (text: string) => {
      output += text
    },
  }
  const code = await runCommand(args, env, screen, signal)
  return { code, output, lines: output.trimEnd().split('\n') }
}
const run = () => demo(['--url', url, ...files])

/** Has no cached figure read any more, as any recomputation does. */
const passOverFigures = () =>
  service.database.query('UPDATE statistics_versions SET version = version + 1')

describe('the demo', () => {
  it('loads files and finds every figure equal', async () => {
    const { code, lines, output } = await run()
    expect(lines.at(-1)).toBe('3 users, 40 figures: all equal')
    expect(code).toBe(0)
    for (const text of ['Ann', 'example.com', '\u001b']) expect(output).not.toContain(text)
    const [row] = await service.database.query(`SELECT count(*)::int FROM transactions`)
    expect(row).toEqual({ count: 4 })
  })

  it('loads nothing twice, and counts with what else users have', async () => {
    const [ann] = (
      await service.call('listUsers', { token: staff.token, query: { email: 'ann@example.com' } })
    ).body
    await service.createTransaction(staff.token, { user_id: ann.id, currency: 'EUR' })
    const { code, output, lines } = await run()
    expect(output).toContain('4 transactions were there already')
    expect(lines.at(-1)).toBe('3 users, 50 figures: all equal')
    expect(code).toBe(0)
  })

  it('finds a stored figure that was falsified', async () => {
    const change = (sign: '+' | '-') =>
      service.database.query(
        `UPDATE user_statistics SET total_credit = total_credit ${sign} 1 WHERE currency = 'JPY'`,
      )
    await change('+')
    await passOverFigures()
    const { code, output } = await run()
    await change('-')
    await passOverFigures()
    expect(code).toBe(1)
    expect(output).toMatch(/^User \d+, JPY, total_credit: expected 1500, got 1501$/m)
    expect(output).toMatch(/^3 users, 50 figures: 3 DIFFER$/m)
  })

  it('finds a transaction that was falsified', async () => {
    await service.database.query(
      `UPDATE transactions SET transaction_amount = 1.006 WHERE currency = 'KWD'`,
    )
    await service.settled()
    const { code, output } = await run()
    expect(code).toBe(1)
    expect(output).toMatch(/^User \d+, KWD, 2026-01-31 total_debit: expected 1\.005, got 1\.006$/m)
  })

  it('makes a sample without files', async () => {
    const { code, lines } = await demo(['--url', url])
    expect(lines.at(-1)).toMatch(/^200 users, [\d,]+ figures: all equal$/)
    expect(code).toBe(0)
  }, 60_000)
})

describe('the demo says in a sentence', () => {
  it('that nothing answers', async () => {
    const { code, lines } = await demo(['--url', 'http://127.0.0.1:1', ...files])
    expect(code).toBe(1)
    expect(lines.at(-1)).toMatch(
      /^The service at http:\/\/127\.0\.0\.1:1 cannot be reached \(.+\)\.$/,
    )
  })

  it('that the password is wrong', async () => {
    const { code, lines } = await demo(['--url', url], { account: { ...staff, password: 'wrong' } })
    expect([code, lines.at(-1)]).toEqual([1, 'The user name or the password is wrong.'])
  })

  it('that the account is no staff', async () => {
    const { code, lines } = await demo(['--url', url], { account: await service.createAccount() })
    expect(code).toBe(1)
    expect(lines.at(-1)).toMatch(/takes staff or admin\.$/)
  })

  it('that a file is not there, before it starts anything', async () => {
    const { code, output } = await demo(['/no/users.csv', '/no/transactions.csv'])
    expect([code, output]).toEqual([2, 'There is no file /no/users.csv.\n'])
  })

  it('that it was interrupted', async () => {
    const signal = AbortSignal.abort(new DemoError('Interrupted.', 130))
    const { code, lines } = await demo(['--url', url], { signal })
    expect([code, lines.at(-1)]).toEqual([130, 'Interrupted.'])
  })
})
