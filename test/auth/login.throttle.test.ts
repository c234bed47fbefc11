import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deleteExpiredTokens } from '../../src/features/auth/delete-expired-tokens.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

/** The accounts of these tests have logged in from the test's own address alone. */
let service: TestService
let user: Account

beforeAll(async () => {
  service = await startTestService({ env: { TRUST_PROXY: 'loopback' } })
  user = await service.logIn(await service.createAccount())
})
afterAll(() => service.close())
beforeEach(() => service.database.query('DELETE FROM login_throttles'))

const query = <Row extends Record<string, unknown>>(text: string, values: unknown[] = []) =>
  service.database.query<Row>(text, values)

const login = (password: string, from?: string, username = user.username) =>
  service.call('login', {
    body: { username, password },
    ...(from !== undefined && { headers: { 'x-forwarded-for': from } }),
  })
const guess = (from?: string, username?: string) => login('a wrong password', from, username)
const withoutId = ({ request_id: _, ...problem }: Record<string, unknown>) => problem

/** Moves all recorded attempts a number of seconds into the past. */
const pass = (seconds: number) =>
  query(
    `UPDATE login_throttles SET last_at = last_at - make_interval(secs => $1),
       blocked_until = blocked_until - make_interval(secs => $1)`,
    [seconds],
  )

/** Free attempts from an address the account logged in from before. From others it is 5. */
const KNOWN_FREE = 10

/** Rows that count one address: they have no time set while attempts are free. */
const FROM_ONE = `SELECT failures, blocked_until = 'epoch' AS free,
  round(extract(epoch FROM blocked_until - last_at))::int AS wait FROM login_throttles`

/** Makes one guess, and counts it as so many `failures` over all addresses. */
async function guessed(failures: number, username?: string): Promise<void> {
  await guess('192.0.2.1', username)
  const [changed] = await query(
    'UPDATE login_throttles SET failures = $1 WHERE blocked_until > now() RETURNING 1',
    [failures],
  )
  expect(changed).toBeDefined()
}

describe('guessing from one address', () => {
  it('is free ten times from a known address, then waits 1 second after the last, 2, 4 and so on up to 300', async () => {
    const waits: number[] = []
    for (let attempt = 1; attempt <= 21; attempt += 1) {
      expect((await guess()).status).toBe(401)
      const [row] = await query<{ failures: number; free: boolean; wait: number }>(FROM_ONE)
      expect(row).toMatchObject({ failures: attempt, free: attempt < KNOWN_FREE })
      if (row?.free === false) {
        waits.push(row.wait)
        await pass(row.wait)
      }
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
  })

  it('is refused during the wait, even with the right password, and not counted', async () => {
    for (let attempt = 1; attempt <= KNOWN_FREE; attempt += 1) await guess()
    await query(`UPDATE login_throttles SET blocked_until = now() + interval '100 seconds'`)
    const before = await query('SELECT * FROM login_throttles')
    for (const password of ['a wrong password', user.password]) {
      const { status, headers, body } = await login(password)
      expect([status, body.code]).toEqual([429, 'too_many_attempts'])
      expect(Number(headers['retry-after'])).toBeGreaterThan(90)
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(100)
      expect(body.detail).toBe(`Too many attempts; try again in ${headers['retry-after']} seconds`)
    }
    expect(await query('SELECT * FROM login_throttles')).toEqual(before)
    await pass(100)
    expect((await login(user.password)).status).toBe(200)
  })

  it('is forgotten after a success', async () => {
    for (let attempt = 1; attempt <= 4; attempt += 1) await guess()
    expect((await login(user.password)).status).toBe(200)
    expect(await query(FROM_ONE)).toEqual([])
  })

  it('is forgotten after a day, even without the clean-up', async () => {
    for (let attempt = 1; attempt <= KNOWN_FREE; attempt += 1) await guess()
    await pass(25 * 3600)
    await guess()
    expect(await query(FROM_ONE)).toMatchObject([{ failures: 1, free: true }])
  })

  it('is the same for an unknown user name, in any case', async () => {
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await guess('198.51.100.1')
      await guess('198.51.100.1', attempt % 2 ? 'nobody.at.all' : 'NOBODY.at.all')
    }
    await query(
      `UPDATE login_throttles SET blocked_until = date_trunc('second', now()) + interval '99 seconds'
       WHERE failures = 5`,
    )
    const known = await guess('198.51.100.1')
    const unknown = await guess('198.51.100.1', 'Nobody.At.All')
    expect([known.status, unknown.status]).toEqual([429, 429])
    const shape = ({ body, headers }: typeof known) => [
      withoutId({ ...body, detail: body.detail.replace(/\d+/, '') }),
      Object.keys(headers).sort(),
    ]
    expect(shape(unknown)).toEqual(shape(known))
  })

  it('is free five times from an unknown address', async () => {
    for (let attempt = 1; attempt <= 5; attempt += 1)
      expect((await guess('198.51.100.9')).status).toBe(401)
    const [row] = await query(
      'SELECT FROM login_throttles WHERE failures = 5 AND blocked_until > last_at',
    )
    expect(row).toBeDefined()
  })

  it('delays neither other addresses nor other users', async () => {
    const other = await service.createAccount()
    await query('DELETE FROM login_throttles')
    for (let attempt = 1; attempt <= 5; attempt += 1) await guess('198.51.100.2')
    await query(`UPDATE login_throttles SET blocked_until = now() + interval '100 seconds'
      WHERE blocked_until < now() + interval '10 seconds'`)
    expect((await guess('198.51.100.2')).status).toBe(429)
    expect((await login(user.password, '198.51.100.3')).status).toBe(200)
    expect((await login(other.password, '198.51.100.2', other.username)).status).toBe(200)
  })

  it('counts an IPv6 address with its /64', async () => {
    for (let host = 1; host <= 5; host += 1) await guess(`2001:db8:1:2::${host}`)
    await query(`UPDATE login_throttles SET blocked_until = now() + interval '100 seconds'
      WHERE blocked_until < now() + interval '10 seconds'`)
    expect((await guess('2001:db8:1:2:ffff::1')).status).toBe(429)
    expect((await guess('2001:db8:1:3::1')).status).toBe(401)
  })

  it('checks no more passwords when many arrive at the same moment', async () => {
    const begin = performance.now()
    const answers = await Promise.all(Array.from({ length: 50 }, () => guess()))
    const seconds = (performance.now() - begin) / 1000
    const checked = answers.filter(({ status }) => status === 401).length
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(50 - checked)
    expect(checked).toBeGreaterThanOrEqual(KNOWN_FREE)
    // Waits of 1, 2, 4 … seconds may have passed meanwhile.
    expect(checked).toBeLessThanOrEqual(KNOWN_FREE + Math.floor(Math.log2(seconds + 1)))
    expect(await query(FROM_ONE)).toMatchObject([{ failures: checked }])
  })
})

describe('guessing from many addresses', () => {
  it('is blocked after 100 failures until the 15 minutes end', async () => {
    await guessed(98)
    expect((await guess('192.0.2.2')).status).toBe(401)
    expect((await guess('192.0.2.3')).status).toBe(401)
    const { status, headers, body } = await login(user.password, '192.0.2.4')
    expect([status, body.code]).toEqual([429, 'too_many_attempts'])
    expect(Number(headers['retry-after'])).toBeGreaterThan(800)
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(900)
    await pass(900)
    expect((await guess('192.0.2.4')).status).toBe(401)
    const [row] = await query('SELECT failures FROM login_throttles WHERE blocked_until > now()')
    expect(row).toEqual({ failures: 1 })
  })

  it('does not count an attempt that it refuses', async () => {
    await guessed(100)
    const before = await query('SELECT * FROM login_throttles ORDER BY subject')
    expect((await guess('192.0.2.5')).status).toBe(429)
    expect(await query('SELECT * FROM login_throttles ORDER BY subject')).toEqual(before)
  })

  it('does not block the account’s addresses of the last 90 days', async () => {
    const account = await service.logIn(await service.createAccount())
    await guessed(100, account.username)
    const logIn = () => login(account.password, undefined, account.username)
    expect((await logIn()).status).toBe(200)
    await query(
      `UPDATE login_addresses SET last_at = now() - interval '91 days' WHERE user_id = $1`,
      [account.id],
    )
    expect((await logIn()).status).toBe(429)
  })

  it('does not count successes', async () => {
    await guessed(50)
    expect((await login(user.password, '192.0.2.6')).status).toBe(200)
    const [row] = await query('SELECT failures FROM login_throttles WHERE blocked_until > now()')
    expect(row).toEqual({ failures: 50 })
    expect((await login(user.password, '192.0.2.6')).status).toBe(200)
  })

  it('is the same for an unknown user name', async () => {
    await guessed(100, 'nobody.at.all')
    const { status, body } = await guess('192.0.2.7', 'nobody.at.all')
    expect([status, body.code]).toEqual([429, 'too_many_attempts'])
  })
})

describe('the clean-up', () => {
  it('deletes login attempts after a day and addresses after 90, and no others', async () => {
    const account = await service.logIn(await service.createAccount())
    await query('DELETE FROM login_throttles')
    await guess('203.0.113.1')
    await pass(25 * 3600)
    await guess('203.0.113.2', 'somebody.else')
    await query(`INSERT INTO login_addresses VALUES ($1, 'old', now() - interval '91 days')`, [
      account.id,
    ])
    await deleteExpiredTokens(service.services.database)
    const attempts = await query(
      `SELECT last_at > now() - interval '1 hour' AS new FROM login_throttles`,
    )
    expect(attempts).toEqual([{ new: true }, { new: true }])
    const addresses = await query(
      `SELECT length(address) AS bytes FROM login_addresses WHERE user_id = $1`,
      [account.id],
    )
    expect(addresses).toEqual([{ bytes: 32 }])
  })
})
