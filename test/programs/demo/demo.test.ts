import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StartupError } from '../../../src/errors.ts'
import { readCommandLine } from '../../../src/lib/command-line.ts'
import { demoCommand } from '../../../src/programs/commands.ts'
import { demo as runDemo } from '../../../src/programs/demo/command.ts'
import { readOptions } from '../../../src/programs/demo/options.ts'
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
  let progress = ''
  const env = { DEMO_USERNAME: account.username, DEMO_PASSWORD: account.password }
  const screen = {
    write: (text: string) => {
      progress += text
    },
  }
  const given = readCommandLine(demoCommand, args)
  if (given === undefined) throw new Error('help is not wanted here')
  const outcome = await runDemo(readOptions(given, env), screen, { isColoured: false, signal })
  const { text, failed, document } = outcome
  return { failed, document, output: progress + text, lines: text.trimEnd().split('\n') }
}
const run = () => demo(['--url', url, ...files])

/** Has no cached figure read any more, as any recomputation does. */
const passOverFigures = () =>
  service.database.query('UPDATE statistics_versions SET version = version + 1')

describe('the demo', () => {
  it('loads files and finds every figure equal', async () => {
    const { failed, lines, output } = await run()
    expect(lines.at(-1)).toBe('3 users, 40 figures: all equal')
    expect(failed).toBe(false)
    for (const text of ['Ann', 'example.com', '\u001b']) expect(output).not.toContain(text)
    const [row] = await service.database.query(`SELECT count(*)::int FROM transactions`)
    expect(row).toEqual({ count: 4 })
  })

  it('loads nothing twice, and counts with what else users have', async () => {
    const [ann] = (
      await service.call('listUsers', { token: staff.token, query: { email: 'ann@example.com' } })
    ).body
    await service.createTransaction(staff.token, { user_id: ann.id, currency: 'EUR' })
    const { failed, output, lines } = await run()
    expect(output).toContain('4 transactions were there already')
    expect(lines.at(-1)).toBe('3 users, 50 figures: all equal')
    expect(failed).toBe(false)
  })

  it('finds a stored figure that was falsified', async () => {
    const change = (sign: '+' | '-') =>
      service.database.query(
        `UPDATE user_statistics SET total_credit = total_credit ${sign} 1 WHERE currency = 'JPY'`,
      )
    await change('+')
    await passOverFigures()
    const { failed, output, document } = await run()
    await change('-')
    await passOverFigures()
    expect(failed).toBe(true)
    expect(output).toMatch(/^User \d+, JPY, total_credit: expected 1500, got 1501$/m)
    expect(output).toMatch(/^3 users, 50 figures: 3 DIFFER$/m)
    expect(document).toMatchObject({
      users: 3,
      transactions: 4,
      figures: 50,
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

  it('finds a transaction that was falsified', async () => {
    await service.database.query(
      `UPDATE transactions SET transaction_amount = 1.006 WHERE currency = 'KWD'`,
    )
    await service.settled()
    const { failed, output } = await run()
    expect(failed).toBe(true)
    expect(output).toMatch(/^User \d+, KWD, 2026-01-31 total_debit: expected 1\.005, got 1\.006$/m)
  })

  it('makes a sample without files', async () => {
    const { failed, lines } = await demo(['--url', url])
    expect(lines.at(-1)).toMatch(/^200 users, [\d,]+ figures: all equal$/)
    expect(failed).toBe(false)
  }, 60_000)
})

describe('the demo says in a sentence', () => {
  it('that nothing answers', async () => {
    await expect(demo(['--url', 'http://127.0.0.1:1', ...files])).rejects.toThrow(
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
      /takes staff or admin\.$/,
    )
  })

  it('that a file is not there, before it starts anything', async () => {
    await expect(demo(['/no/users.csv', '/no/transactions.csv'])).rejects.toThrow(
      /^There is no file \/no\/users\.csv\.$/,
    )
  })

  it('that it was interrupted', async () => {
    const signal = AbortSignal.abort(new StartupError('Interrupted.'))
    await expect(demo(['--url', url], { signal })).rejects.toThrow(/^Interrupted\.$/)
  })
})
