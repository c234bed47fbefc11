import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { decryptName } from '../../../src/features/users/fields.ts'
import { createFieldCrypto } from '../../../src/lib/crypto.ts'
import { rotateKeys } from '../../../src/programs/keys/rotate.ts'
import { openSession, WAITING_FOR_LOCKS } from '../../setup/session.ts'
import { type Installation, startInstallation } from './installation.ts'

const ROWS = 34_000
/** The one row with an account. The load has to wait there, long after threads began to encrypt. */
const STOP = 14_000

const nameOf = (row: number) => `Vistor Number${row}`
const FILE = [
  'name,email,bank_name,account_number',
  ...Array.from({ length: ROWS }, (_, row) => {
    const account = row === STOP ? 'River Bank,ROTATE00000001' : ','
    return `${nameOf(row)},vistor.${row}@rotated.example,${account}`
  }),
].join('\n')

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
    const crypto = createFieldCrypto(newKeys)
    const rows = await query<{ id: string; name: Buffer }>(
      `SELECT id, name FROM users WHERE email_index_2 IS NOT NULL AND name_index_2 IS NOT NULL
         AND search_index_2 <> '{}' AND name_index IS NULL AND email_index IS NULL`,
    )
    const names = rows.map(({ id, name }) => decryptName(crypto, BigInt(id), name))
    const loaded = new Set(names.filter((name) => name.startsWith('Vistor ')))
    expect(loaded).toEqual(new Set(Array.from({ length: ROWS }, (_, row) => nameOf(row))))
    for (const row of [0, STOP, ROWS - 1]) {
      const found = await installation.ask('second', 'listUsers', {
        query: { email: `vistor.${row}@rotated.example` },
      })
      expect(found.body).toMatchObject([{ name: nameOf(row) }])
    }
  }, 300_000)
})
