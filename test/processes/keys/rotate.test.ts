import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { knownError } from '../../../src/database/errors.ts'
import { issueToken, useToken } from '../../../src/features/mail/one-time-tokens.ts'
import { emailLookUp, encryptUser } from '../../../src/features/users/fields.ts'
import { decryptAnswer, encryptAnswer } from '../../../src/features/webhooks/answers.ts'
import { decryptEndpoint, secretsOf } from '../../../src/features/webhooks/endpoints.ts'
import { createFieldCrypto } from '../../../src/lib/crypto.ts'
import { addEncryptionKeys } from '../../../src/lib/encryption-keys.ts'
import { ENCRYPTED_COLUMNS } from '../../../src/programs/keys/encrypted-columns.ts'
import { rotateKeys } from '../../../src/programs/keys/rotate.ts'
import { keyStatus } from '../../../src/programs/keys/status.ts'
import { newAccountNumber } from '../../setup/account-numbers.ts'
import { findProblems } from '../../setup/integrity.ts'
import { type Known, startCallers } from './callers.ts'
import { type Installation, startInstallation } from './installation.ts'

const USERS = 3_000
const PATIENCE = { requestMs: 500 }

let installation: Installation
const people: Known[] = []
/** A token of a link that was mailed before the rotation. */
let mailedToken: string
let webhookEndpoint: number

const query = <Row extends object>(text: string, values?: readonly unknown[]) =>
  installation.service.database.query<Row>(text, values)

async function createPeople(): Promise<void> {
  for (let start = 0; start < USERS; start += 1_000) {
    const users = Array.from({ length: 1_000 }, (_, offset) => ({
      name: `Asha Number${start + offset}`,
      email: `person${start + offset}@rotation.example`,
    }))
    const { status, body } = await installation.ask('first', 'bulkCreateUsers', { body: { users } })
    expect(status).toBe(201)
    for (const [index, { name, email }] of users.entries()) {
      people.push({ id: body.results[index].user.id, name, email, word: `number${start + index}` })
    }
  }
}

/** An endpoint with two secrets, and a delivery whose receiver answered. */
async function createWebhooks({ id }: Known): Promise<void> {
  const { service } = installation
  const { token } = await service.createAccount('admin')
  const body = { url: 'https://hooks.rotation.example/', enabled: false }
  const made = await service.call('createWebhookEndpoint', { token, body })
  webhookEndpoint = made.body.id
  const rotated = await service.call('rotateWebhookSecret', {
    token,
    params: { id: webhookEndpoint },
  })
  expect(rotated.status).toBe(200)
  const { crypto, database } = service.services
  const delivery = await database.webhookDelivery.create({
    data: { userId: id, endpointId: webhookEndpoint, type: 'ping', nextAttemptAt: new Date() },
  })
  await database.webhookAttempt.create({
    data: {
      userId: id,
      deliveryId: delivery.id,
      startedAt: new Date(),
      durationMs: 1,
      status: 200,
      answer: encryptAnswer(crypto, id, 'thank you'),
    },
  })
}

beforeAll(async () => {
  installation = await startInstallation()
  const { service, staff, ask } = installation
  await createPeople()
  for (const { id } of people.slice(0, 20)) {
    await service.createTransaction(staff.token, { user_id: id })
    const body = { bank_name: 'Deccan Bank', account_number: newAccountNumber() }
    const answer = await ask('first', 'createBankAccount', { params: { id }, body })
    expect(answer.status).toBe(201)
  }
  // A name of an old version, and one of a deleted transaction.
  const [booked] = people as [Known]
  const { id } = await service.createTransaction(staff.token, { user_id: booked.id })
  const params = { id }
  const body = { full_name: 'Another Name' }
  await service.call('updateTransaction', { params, token: staff.token, body })
  await service.call('deleteTransaction', { params, token: staff.token })
  const { crypto, database } = service.services
  // Any number of users may claim an address that nobody has verified.
  for (const id of [900_000_001n, 900_000_002n]) {
    const claimed = { address: 'claimed@rotation.example', verified: false }
    await database.user.create({ data: { id, ...encryptUser(crypto, id, 'Claims It', claimed) } })
  }
  await createWebhooks(people[0] as Known)
  const [mailed] = people as [Known]
  const { token } = await issueToken(database, {
    userId: BigInt(mailed.id),
    purpose: 'email_verification',
    emailIndex: emailLookUp(crypto, mailed.email).index,
  })
  mailedToken = token
  await installation.settled()
}, 120_000)

afterAll(() => installation.close())

/** Ends a rotation like a kill, as soon as `key_use` fulfils a condition. */
async function endWhen(condition: string): Promise<void> {
  for (;;) {
    const [row] = await query<{ ended: boolean }>(
      `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity, key_use
       WHERE application_name = 'passbook keys' AND datname = current_database() AND ${condition}`,
    )
    if (row?.ended) return
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const rotate = (keys = installation.bothKeys) =>
  rotateKeys(installation.service.database.url, keys, () => undefined, PATIENCE)

describe('a rotation of keys', () => {
  it('is refused while a running process lacks the new keys', async () => {
    await query(
      `INSERT INTO key_holders (id, key_ids, version) VALUES (gen_random_uuid(), '{k1,index}', 1)`,
    )
    await expect(rotate()).rejects.toThrow(
      '1 running processes do not have the keys k2, index2 yet',
    )
    await query(`DELETE FROM key_holders WHERE key_ids = '{k1,index}'`)
  })

  it('is not noticed by callers, however often it is ended', async () => {
    const callers = startCallers(installation, people)
    const moments = [
      `field_key = 'k2'`,
      `phase = 'filling'`,
      `phase = 'switched'`,
      `index_key = 'index2'`,
    ]
    for (const moment of moments) {
      const ended = rotate().then(
        () => 'done',
        () => 'ended',
      )
      await endWhen(moment)
      expect(await ended).toBe('ended')
      const { document } = await keyStatus(installation.service.database.url)
      expect(document).toMatchObject({ rotation_under_way: true })
      expect(JSON.stringify(document)).not.toContain('"may_go":true')
    }
    expect(await rotate()).toMatchObject({ fieldKey: 'k2', indexKey: 'index2' })
    const { wrong, count } = await callers.stop()
    expect(wrong).toEqual([])
    expect(count).toBeGreaterThan(100)
  }, 240_000)

  it('leaves nothing under the old keys, and says so', async () => {
    const { document } = await keyStatus(installation.service.database.url)
    const { keys, ...rest } = document as { keys: { id: string }[] }
    expect(rest).toEqual({ rotation_under_way: false, phase: 'settled' })
    const byId = new Map(keys.map((key) => [key.id, key]))
    expect(byId.get('k1')).toMatchObject({ values: {}, current: false, may_go: true })
    expect(byId.get('index')).toMatchObject({
      values: {},
      may_go: false,
      may_go_at: expect.any(String),
    })
    expect(byId.get('k2')).toMatchObject({ current: true, may_go: false })
    expect(byId.get('index2')).toMatchObject({ current: true })
  })

  it('leaves the past of transactions valid', async () => {
    expect(await findProblems(installation.service.database)).toEqual([])
    const [row] = await query<{ count: number }>(
      `SELECT count(*)::int FROM transaction_versions WHERE change <> 'created'`,
    )
    expect(row?.count).toBe(2)
  })

  it('leaves mailed links valid', async () => {
    const { crypto, database } = installation.service.services
    const used = await database.$transaction((tx) =>
      useToken(tx, crypto, 'email_verification', mailedToken),
    )
    expect(Number(used)).toBe(people[0]?.id)
  })

  it('lets a process start without the old keys a day later', async () => {
    const { register, newKeys, bothKeys } = installation
    await expect(register(newKeys)).rejects.toThrow('lacks the key index')
    const withoutFieldKey = bothKeys.split(',').filter((key) => !key.startsWith('k1:'))
    await register(withoutFieldKey.join(','))
    await query(`UPDATE encryption_keys SET retired_at = retired_at - interval '1 day'`)
    await register(newKeys)
  })

  it('leaves endpoints of webhooks that answer and sign as before', async () => {
    const { crypto, database } = installation.service.services
    const row = await database.webhookEndpoint.findUniqueOrThrow({ where: { id: webhookEndpoint } })
    expect(decryptEndpoint(crypto, row).url).toBe('https://hooks.rotation.example/')
    expect(secretsOf(crypto, row)).toEqual([
      expect.stringMatching(/^whsec_/),
      expect.stringMatching(/^whsec_/),
    ])
    const attempts = await database.webhookAttempt.findMany()
    const answers = attempts.map(({ userId, answer }) =>
      decryptAnswer(crypto, userId, answer ?? new Uint8Array()),
    )
    expect(answers).toEqual(['thank you'])
  })

  it('leaves values that the new keys alone read', async () => {
    const crypto = createFieldCrypto(installation.newKeys)
    for (const { table, column, address } of ENCRYPTED_COLUMNS) {
      const rows = await query<{ value: Buffer }>(
        `SELECT *, ${column} AS value FROM ${table} WHERE ${column} IS NOT NULL`,
      )
      for (const row of rows) crypto.decryptBytes(address(row), row.value)
    }
    const [row] = await query<{ left: number }>(
      `SELECT (SELECT count(*) FROM users WHERE num_nonnulls(name_index, email_index) > 0 OR search_index <> '{}')::int
         + (SELECT count(account_number_index) FROM bank_accounts)::int AS left`,
    )
    expect(row?.left).toBe(0)
  })

  it('has rows refused that a process without the new index key would write', async () => {
    const { services } = installation.service
    const stale = createFieldCrypto(installation.bothKeys)
    const id = 900_000_003n
    const email = { address: 'stale@rotation.example', verified: true }
    const written = services.database.user
      .create({ data: { id, ...encryptUser(stale, id, 'Stale Person', email) } })
      .catch((error: unknown) => knownError(error)?.status)
    expect(await written).toBe(503)
  })

  it('changes no figures', async () => {
    await installation.settled()
    const { body } = await installation.ask('first', 'getUserAnalytics', {
      params: { id: people[0]?.id as number },
    })
    expect(body).toMatchObject({ transaction_count: 1, is_current: true })
  })

  it('can be followed by another, back into the first columns, a day later', async () => {
    const { encryptionKeys } = addEncryptionKeys(installation.newKeys)
    await installation.register(encryptionKeys)
    await installation.stopFollowing()
    await expect(rotate(encryptionKeys)).rejects.toThrow('Answers are kept under index for a day')
    await query(`UPDATE key_use SET switched_at = switched_at - interval '1 day'`)
    expect(await rotate(encryptionKeys)).toMatchObject({ fieldKey: 'k3', indexKey: 'index3' })
    const [row] = await query<{ first: number; second: number }>(
      'SELECT count(name_index)::int AS first, count(name_index_2)::int AS second FROM users',
    )
    expect(row?.first).toBeGreaterThan(USERS)
    expect(row?.second).toBe(0)
  }, 60_000)
})
