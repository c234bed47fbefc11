import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createConfig, readEnvironment } from '../../src/config.ts'
import { StartupError } from '../../src/errors.ts'
import { encryptUser } from '../../src/features/users/fields.ts'
import { createFieldCrypto } from '../../src/lib/crypto.ts'
import { requireKeysOfDatabase } from '../../src/programs/database-keys.ts'
import { createSecrets } from '../../src/programs/kept-secrets.ts'
import { createTestDatabase, type TestDatabase } from '../setup/database.ts'

const { jwtSecret: JWT_SECRET } = createSecrets()
const random = () => randomBytes(32).toString('base64')
const [ONE, TWO, OTHER, INDEX, OTHER_INDEX] = [random(), random(), random(), random(), random()]
const KEYS = `k1:${ONE},index:${INDEX}`

let database: TestDatabase

beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(() => database.drop())

/** What a program says that starts with these keys: nothing, or why it does not. */
async function start(ENCRYPTION_KEYS: string): Promise<string | undefined> {
  const environment = readEnvironment({ DATABASE_URL: database.url, JWT_SECRET, ENCRYPTION_KEYS })
  try {
    await requireKeysOfDatabase(database.url, environment, createConfig(environment))
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(StartupError)
    const { message } = error as StartupError
    for (const key of [ONE, TWO, OTHER, INDEX, OTHER_INDEX]) expect(message).not.toContain(key)
    return message
  }
}

const storedKeys = async () =>
  (await database.query<{ id: string }>('SELECT key_id AS id FROM encryption_keys ORDER BY 1')).map(
    ({ id }) => id,
  )

async function insertNamed(keys: string, id: number): Promise<void> {
  const { name, nameIndex } = encryptUser(
    createFieldCrypto(keys),
    BigInt(id),
    `Person ${id}`,
    undefined,
  )
  await database.query('INSERT INTO users (id, name, name_index) VALUES ($1, $2, $3)', [
    id,
    name,
    nameIndex,
  ])
}

describe('a database that remembers its keys', () => {
  beforeEach(async () => {
    expect(await start(KEYS)).toBeUndefined()
  })

  it('takes the same again, in any order, and a new one in front', async () => {
    expect(await start(`index:${INDEX},k1:${ONE}`)).toBeUndefined()
    expect(await start(`k2:${TWO},${KEYS}`)).toBeUndefined()
    expect(await storedKeys()).toEqual(['index', 'k1', 'k2'])
  })

  it.each([
    [
      'another key of the same name',
      `k1:${OTHER},index:${INDEX}`,
      /^The key k1 of ENCRYPTION_KEYS is not/,
    ],
    [
      'another index key',
      `k1:${ONE},index:${OTHER_INDEX}`,
      /^The key index of ENCRYPTION_KEYS is not/,
    ],
    ['swapped keys', `k1:${INDEX},index:${ONE}`, /^The key \w+ of ENCRYPTION_KEYS is not/],
    [
      'a new key in place of the old',
      `k2:${TWO},index:${INDEX}`,
      /^ENCRYPTION_KEYS lacks the key k1/,
    ],
    ['a new key beside a wrong one', `k2:${TWO},k1:${OTHER},index:${INDEX}`, /^The key k1 of/],
  ])('refuses %s, and remembers nothing of it', async (_, keys, reason) => {
    expect(await start(keys)).toMatch(reason)
    expect(await storedKeys()).toEqual(['index', 'k1'])
    expect(await start(KEYS)).toBeUndefined()
  })
})

describe('a database that remembers none', () => {
  it('takes the keys of one of two programs that start at once with different ones', async () => {
    const said = await Promise.all([start(KEYS), start(`k1:${OTHER},index:${INDEX}`)])
    expect(said.filter((reason) => reason === undefined)).toHaveLength(1)
    expect(await storedKeys()).toEqual(['index', 'k1'])
  })

  it('takes those that read what it holds', async () => {
    await insertNamed(KEYS, 1)
    await insertNamed(`k2:${TWO},${KEYS}`, 2)
    expect(await start(`k2:${TWO},${KEYS}`)).toBeUndefined()
    expect(await storedKeys()).toEqual(['index', 'k1', 'k2'])
  })

  it.each([
    ['another key', `k1:${OTHER},index:${INDEX}`],
    ['another index key', `k1:${ONE},index:${OTHER_INDEX}`],
    ['one of two keys', `k2:${TWO},index:${INDEX}`],
  ])('refuses %s where it holds users', async (_, keys) => {
    await insertNamed(KEYS, 1)
    await insertNamed(`k2:${TWO},${KEYS}`, 2)
    expect(await start(keys)).toMatch(/^The keys of ENCRYPTION_KEYS are not those/)
    expect(await storedKeys()).toEqual([])
  })
})
