import { expect } from 'vitest'
import { queryOnce } from '../figures.ts'
import { createHttpClient, type HttpClient } from '../http/http-client.ts'

/** Values that may be in the database and in Redis; finding them proves that the search works. */
export const PUBLIC = {
  username: 'quince.f',
  reference: 'LEAK-REFERENCE-1',
  pincode: 'ZQ7-4411',
  bank: 'Haystack Savings Bank',
}

/**
 * Values that must not be found: names, addresses, account numbers, passwords, and anything sent
 * in their place.
 */
export const PRIVATE = {
  name: 'Quillon Featherby',
  email: 'Quillon.Featherby@needle-mail.example',
  password: 'Zebrawood-Lantern-47',
  changedName: 'Zenobia Farthingale',
  customer: 'Peregrine Oxenstierna',
  customerEmail: 'p.oxenstierna@haystack.example',
  fullName: 'Ottoline Vantongeren',
  bulkName: 'Isambard Wolstenholme',
  wrongPassword: 'Mispelt-Marzipan-91',
  unknownAccount: 'marmaduke.nobody',
  refusedName: 'Wilhelmina Wrongwort',
  refusedEmail: 'no address of wimbledew',
  searched: 'Thaddeus Quicksilver',
  inPath: 'bartholomew@in-the-path.example',
  twin: 'Duplicata Perriwinkle',
  raised: 'Raisedina Throckmorton',
  cookie: 'chocolate-cookie-value',
  accountNumber: 'NDL0077HAYSTACK31415',
  changedNumber: 'NDL0078PITCHFORK2718',
  takenNumber: 'NDL0079THRESHER16180',
  refusedNumber: 'NDL0080SCARECROW1414',
  raisedNumber: 'NDL0081WINDROW017320',
} as const

/** Makes every insert into a table fail with a message that quotes personal data. */
async function breakInserts(url: string, table: string): Promise<void> {
  // Reversed, since the function's own source is stored in the database too.
  const reversed = [...PRIVATE.raised].reverse().join('')
  await queryOnce(
    url,
    `CREATE OR REPLACE FUNCTION break_inserts() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION 'refused: %', reverse('${reversed}'); END $$`,
  )
  await queryOnce(
    url,
    `CREATE TRIGGER break_inserts BEFORE INSERT ON ${table} EXECUTE FUNCTION break_inserts()`,
  )
}

const repairInserts = (url: string, table: string) =>
  queryOnce(url, `DROP TRIGGER break_inserts ON ${table}`)

async function register(client: HttpClient): Promise<{ readonly id: number }> {
  const { username } = PUBLIC
  const { name, email, password, wrongPassword, unknownAccount, twin } = PRIVATE
  const send = async (path: string, body: object) =>
    (await client.request('POST', path, body)).status
  const { status, body } = await client.request('POST', '/v1/register', {
    username,
    password,
    name,
    email,
  })
  expect(status).toBe(201)
  const again = { username, password: wrongPassword, name: twin }
  expect(await send('/v1/register', again)).toBe(409)
  // Nobody is known to read the address yet, so that others may claim it.
  expect(await send('/v1/register', { ...again, username: 'other.f', email })).toBe(201)
  expect(await send('/v1/login', { username, password: wrongPassword })).toBe(401)
  expect(await send('/v1/login', { username: unknownAccount, password })).toBe(401)
  return body.user
}

/** @returns every token that was issued */
async function useTokens(client: HttpClient): Promise<string[]> {
  const { username } = PUBLIC
  const { password } = PRIVATE
  const post = (path: string, body: object) => client.request('POST', path, body)
  const { body: first } = await post('/v1/login', { username, password })
  const { body: second } = await post('/v1/token/refresh', { refresh_token: first.refresh_token })
  const reused = await post('/v1/token/refresh', { refresh_token: first.refresh_token })
  expect(reused.status).toBe(401)
  const { body: third } = await post('/v1/login', { username, password })
  await post('/v1/logout', { refresh_token: third.refresh_token })
  return [first, second, third].flatMap((pair) => [
    pair.refresh_token,
    pair.access_token.split('.')[2],
  ])
}

/** @returns every API key that was issued, and one that never was */
async function useKeys(admin: HttpClient): Promise<string[]> {
  const body = { name: 'A key', scopes: ['users:read'] }
  const once = { 'idempotency-key': 'leak-story-key' }
  const create = (headers = {}) => admin.request('POST', '/v1/api-keys', body, headers)
  const made = [await create(once), await create(once), await create()]
  expect(made.map(({ status }) => status)).toEqual([201, 201, 201])
  const [first, , second] = made.map((answer) => answer.body)
  expect(made[1]?.body.key).toBe(first.key)
  await admin.request('DELETE', `/v1/api-keys/${second.id}`)
  const invented = `pb_${'Mangelwurzel'.repeat(4)}M`
  const use = async (key: string) =>
    (await createHttpClient(admin.url, key).request('GET', '/v1/me')).status
  expect([await use(first.key), await use(second.key), await use(invented)]).toEqual([
    200, 401, 401,
  ])
  return [first.key, second.key, invented]
}

/** Creates, changes and looks up account numbers, with success and failure. */
async function useAccountNumbers(admin: HttpClient, userId: number, url: string): Promise<void> {
  const { accountNumber, changedNumber, takenNumber, refusedNumber, raisedNumber } = PRIVATE
  const path = `/v1/users/${userId}/bank-accounts`
  const account = (account_number: string) => ({ bank_name: PUBLIC.bank, account_number })
  const headers = { 'idempotency-key': 'the first account' }
  const { status, body } = await admin.request('POST', path, account(accountNumber), headers)
  expect([status, body.account_number]).toEqual([201, `${'*'.repeat(16)}1415`])
  const mine = `${path}/${body.id}`
  const lower = refusedNumber.toLowerCase()
  const requests: [number, string, string, object?, Record<string, string>?][] = [
    [201, 'POST', path, account(accountNumber), headers],
    [422, 'POST', path, account(refusedNumber), headers],
    [201, 'POST', path, account(takenNumber)],
    [409, 'POST', path, account(takenNumber.toLowerCase())],
    [409, 'PUT', mine, { account_number: takenNumber }],
    [200, 'PUT', mine, { account_number: changedNumber.toLowerCase() }],
    [422, 'POST', path, account(`${refusedNumber}-`)],
    [422, 'POST', path, { ...account(accountNumber), [lower]: refusedNumber }],
    [422, 'POST', path, { ...account(takenNumber), ifsc_code: `${refusedNumber}!` }],
    [422, 'PUT', mine, { account_number: [lower] }],
    [422, 'GET', `${path}?account_number=${lower}`],
    [422, 'GET', `${path}/${refusedNumber}`],
    [422, 'DELETE', `${path}/${lower}`],
    [200, 'GET', mine],
    [200, 'GET', path],
  ]
  for (const [expected, method, target, sent, more] of requests) {
    const answer = await admin.request(method, target, sent, more)
    expect([answer.status, method, target]).toEqual([expected, method, target])
  }
  await breakInserts(url, 'bank_accounts')
  expect((await admin.request('POST', path, account(raisedNumber))).status).toBe(500)
  await repairInserts(url, 'bank_accounts')
}

/** Sends requests that are refused, with personal data in every part of them. */
async function sendRefused(admin: HttpClient, userId: number): Promise<void> {
  const { refusedName, refusedEmail, searched, inPath, customerEmail, twin, cookie } = PRIVATE
  const mine = encodeURIComponent
  type Headers = Record<string, string>
  const requests: [number, string, string, (object | undefined)?, Headers?][] = [
    [409, 'POST', '/v1/users', { name: twin, email: customerEmail.toUpperCase() }],
    [422, 'POST', '/v1/users', { name: refusedName, email: refusedEmail }],
    [422, 'POST', '/v1/users', { [refusedName]: refusedName }],
    [422, 'POST', '/v1/users', { name: refusedName.repeat(20), email: inPath, age: refusedName }],
    [422, 'PUT', `/v1/users/${userId}`, { email: [refusedEmail] }],
    [422, 'POST', '/v1/transactions', { user_id: userId, full_name: refusedName }],
    [415, 'POST', '/v1/users', { name: refusedName }, { 'content-type': 'text/plain' }],
    [401, 'GET', '/v1/me', undefined, { authorization: `Bearer ${refusedName}`, cookie }],
    [200, 'GET', `/v1/users?email=${mine(inPath)}`],
    [200, 'GET', `/v1/users?q=${mine(searched)}`],
    [200, 'GET', `/v1/users?name=${mine(searched)}`],
    [422, 'GET', `/v1/users?cursor=${mine(searched)}`],
    [422, 'GET', `/v1/users?${mine(searched)}=${mine(searched)}`],
    [422, 'GET', `/v1/users/${mine(inPath)}`],
    [404, 'GET', `/v1/people/${mine(inPath)}`],
    [405, 'PATCH', `/v1/users/${mine(inPath)}`],
  ]
  for (const [status, method, path, body, headers] of requests) {
    const answer = await admin.request(method, path, body, headers)
    expect([answer.status, method, path]).toEqual([status, method, path])
  }
  const malformed = await fetch(`${admin.url}/v1/users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
    body: `{"name":"${refusedName}"`,
  })
  expect(malformed.status).toBe(400)
}

/**
 * Uses Passbook in every way in which personal data and secrets pass through it, including
 * failures.
 *
 * @param jobFailed waits until a job has failed, while the cause of the failure remains
 * @returns all values that must not be found anywhere
 */
export async function tellStory(
  admin: HttpClient,
  databaseUrl: string,
  jobFailed: () => Promise<unknown>,
): Promise<string[]> {
  const { changedName, customer, customerEmail, fullName, bulkName } = PRIVATE
  const { pincode, reference } = PUBLIC
  const { id } = await register(createHttpClient(admin.url))
  const tokens = await useTokens(createHttpClient(admin.url))
  const keys = await useKeys(admin)
  await admin.request('PUT', `/v1/users/${id}`, { name: changedName })
  const customerBody = { name: customer, email: customerEmail, pincode }
  const { body: user } = await admin.request('POST', '/v1/users', customerBody)
  const transaction = {
    user_id: user.id,
    full_name: fullName,
    transaction_date: '2026-03-01',
    transaction_amount: '12.34',
    transaction_type: 'credit',
    reference,
  }
  const post = async (path: string, body: object) =>
    (await admin.request('POST', path, body)).status
  const claim = { username: 'claims.f', password: PRIVATE.password, email: customerEmail }
  expect(await post('/v1/register', claim)).toBe(409)
  expect(await post('/v1/transactions', transaction)).toBe(201)
  expect(await post('/v1/transactions', transaction)).toBe(409)
  expect(await post('/v1/transactions/preview', { ...transaction, reference: 'x' })).toBe(200)
  const transactions = [
    { ...transaction, full_name: bulkName, reference: 'LEAK-REFERENCE-2' },
    { ...transaction, full_name: bulkName },
  ]
  expect(await post('/v1/transactions/bulk', { mode: 'partial', transactions })).toBe(201)
  await admin.request('GET', `/v1/users/${user.id}/analytics`)
  await admin.request('GET', `/v1/users/${user.id}/analytics/daily`)
  await admin.request('GET', `/v1/users/${user.id}/transactions`)
  await useAccountNumbers(admin, user.id, databaseUrl)
  await sendRefused(admin, user.id)

  await breakInserts(databaseUrl, 'users')
  expect(await post('/v1/users', { name: customer, email: 'x@y.example' })).toBe(500)
  await repairInserts(databaseUrl, 'users')
  await breakInserts(databaseUrl, 'daily_statistics')
  expect(await post('/v1/transactions', { ...transaction, reference: 'y' })).toBe(201)
  await jobFailed()
  await repairInserts(databaseUrl, 'daily_statistics')
  return [...Object.values(PRIVATE), ...tokens, ...keys]
}
