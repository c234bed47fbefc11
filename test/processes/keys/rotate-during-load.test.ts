import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { rememberBeginnings } from '../../../src/features/users/blind-search.ts'
import { decryptName, encryptUser } from '../../../src/features/users/fields.ts'
import { createFieldCrypto } from '../../../src/lib/crypto.ts'
import { rotateKeys } from '../../../src/programs/keys/rotate.ts'
import { openSession, WAITING_FOR_LOCKS } from '../../setup/session.ts'
import { type Installation, startInstallation } from './installation.ts'

const ROWS = 34_000
/** The one row with an account. The load has to wait there, long after threads began to encrypt. */
const STOP = 14_000
/** A row that is encrypted after the change, with the address of one before it. */
const [TWICE, FIRST] = [30_000, 7]
/** The indexes of one row in so many are compared: of each lot some. */
const COMPARED = 500

const nameOf = (row: number) => `Vistor Number${row}`
const addressOf = (row: number) => `vistor.${row}@rotated.example`
const LOADED = Array.from({ length: ROWS }, (_, row) => row).filter((row) => row !== TWICE)
const FILE = [
  'name,email,bank_name,account_number',
  ...Array.from({ length: ROWS }, (_, row) => {
    const account = row === STOP ? 'River Bank,ROTATE00000001' : ','
    return `${nameOf(row)},${addressOf(row === TWICE ? FIRST : row)},${account}`
  }),
].join('\n')

interface StoredUser {
  readonly id: string
  readonly name: Buffer
  readonly nameIndex: Buffer
  readonly emailIndex: Buffer
  readonly searchIndex: readonly string[]
}

let installation: Installation

const query = <Row extends object>(text: string, values?: readonly unknown[]) =>
  installation.service.database.query<Row>(text, values)

beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation.close())

describe('a rotation of keys while threads encrypt a file of users', () => {
  it('leaves all users readable under the new keys', async () => {
    const { service, staff, bothKeys, newKeys } = installation
    const session = await openSession(service.database.url)
    await session.query('BEGIN')
    await session.query('LOCK TABLE bank_accounts IN EXCLUSIVE MODE')
    const { body } = await service.call('createImport', {
      query: { kind: 'users', name: 'rotated' },
      body: FILE,
      token: staff.token,
    })
    await vi.waitFor(async () => expect(await query(WAITING_FOR_LOCKS)).toEqual([{ count: 1 }]), {
      timeout: 120_000,
    })

    const rotating = rotateKeys(service.database.url, bothKeys, () => undefined, { requestMs: 500 })
    await vi.waitFor(
      async () =>
        expect(
          await query(
            `SELECT field_key, (SELECT min(version) FROM key_holders) = version AS followed FROM key_use`,
          ),
        ).toEqual([{ field_key: 'k2', followed: true }]),
      { timeout: 60_000 },
    )
    await session.query('COMMIT')
    await session.close()
    const { values } = await rotating
    // Each user has two values. Those before the change were encrypted anew.
    expect(values).toBeGreaterThan(2 * STOP)
    expect(values).toBeLessThan(2 * ROWS)

    const events = await service.call('streamImport', {
      params: { id: body.id },
      token: staff.token,
    })
    expect(String(events.body)).toContain('"status":"completed"')
    expect(
      await query('SELECT attempts, rows_loaded::int, rows_rejected::int FROM imports'),
    ).toEqual([{ attempts: 1, rows_loaded: ROWS - 1, rows_rejected: 1 }])
    const crypto = createFieldCrypto(newKeys)
    const rows = await query<StoredUser>(
      `SELECT id, name, name_index_2 AS "nameIndex", email_index_2 AS "emailIndex",
         search_index_2::text[] AS "searchIndex"
       FROM users WHERE email_index_2 IS NOT NULL AND name_index_2 IS NOT NULL
         AND search_index_2 <> '{}' AND name_index IS NULL AND email_index IS NULL`,
    )
    const loaded = new Map(
      rows
        .map((row) => [decryptName(crypto, BigInt(row.id), row.name), row] as const)
        .filter(([name]) => name.startsWith('Vistor ')),
    )
    expect(new Set(loaded.keys())).toEqual(new Set(LOADED.map(nameOf)))
    for (const row of LOADED.filter((place) => place % COMPARED === 0)) {
      const { id, nameIndex, emailIndex, searchIndex } = loaded.get(nameOf(row)) as StoredUser
      const email = { address: addressOf(row), verified: true }
      const known = rememberBeginnings(1_000)
      const wanted = encryptUser(crypto, BigInt(id), nameOf(row), email, known)
      expect([nameIndex, emailIndex].map((index) => index.toString('hex'))).toEqual(
        [wanted.nameIndex, wanted.emailIndex].map((index) =>
          Buffer.from(index ?? []).toString('hex'),
        ),
      )
      expect(searchIndex.toSorted()).toEqual(wanted.searchIndex.map(String).toSorted())
    }
    for (const row of [0, STOP, ROWS - 1]) {
      const found = await installation.ask('second', 'listUsers', {
        query: { email: addressOf(row) },
      })
      expect(found.body).toMatchObject([{ name: nameOf(row) }])
    }
  }, 300_000)
})
