import type { LoadConnection } from '../../../../database/copy-in.ts'
import { type CopyValue, copyLine } from '../../../../database/copy-line.ts'
import { type AppError, bodyError, invalid } from '../../../../errors.ts'
import type { FieldCrypto } from '../../../../lib/crypto.ts'
import { hex } from '../../../../lib/hex.ts'
import { Remembered } from '../../../../lib/remembered.ts'
import {
  bankAccountColumns,
  draftBankAccount,
} from '../../../bank-accounts/bank-accounts.public.ts'
import { encryptUser } from '../../../users/users.public.ts'
import type { GivenUser } from './user-record.ts'

/** Ids that are had at a time. */
const SPARE_IDS = 20_000
/** Words come again and again: half of how many HMACs are remembered. */
const REMEMBERED_INDEXES = 100_000

/** A user made ready to be stored. */
interface ReadyUser {
  readonly emailKey: string
  readonly accountKey: string | undefined
  readonly user: string
  readonly employment: string | undefined
  readonly account: string | undefined
}

const TARGETS = {
  user: 'users (id, name, email, name_index, email_index, search_index, age, pincode)',
  employment: 'employments (user_id, company_name, company_key, job_title, is_current)',
  account: `bank_accounts (user_id, bank_name, bank_key, account_number, account_number_index,
    ifsc_code, is_primary)`,
} as const

const taken = (field: 'email' | 'account_number') =>
  invalid([bodyError(`/${field}`, `${field}_taken`, 'is in use already')])

/** Remembers what the words of names and addresses became. */
function rememberIndexes(crypto: FieldCrypto): FieldCrypto {
  const known = new Remembered<string, Uint8Array<ArrayBuffer>>(REMEMBERED_INDEXES)
  return {
    ...crypto,
    blindIndex(purpose, text) {
      if (purpose !== 'users.search') return crypto.blindIndex(purpose, text)
      const index = known.get(text) ?? crypto.blindIndex(purpose, text)
      known.set(text, index)
      return index
    },
  }
}

/**
 * Stores users with where they work and bank. Those of the next rows are encrypted while the database stores the
 * last ones. Somebody else who takes an address at the same moment makes the load fail: tried again, it finds
 * the address taken.
 */
export class UserLoad {
  /** A user who is there already is refused. */
  readonly skipped = 0
  readonly #connection: LoadConnection
  readonly #crypto: FieldCrypto
  /** The next one last. */
  #ids: bigint[] = []
  #storing: Promise<void> = Promise.resolve()
  #loaded = 0

  constructor(connection: LoadConnection, crypto: FieldCrypto) {
    this.#connection = connection
    this.#crypto = rememberIndexes(crypto)
  }

  /** How many were stored so far. */
  get loaded(): number {
    return this.#loaded
  }

  /** @returns by user, why they cannot be stored; undefined where they can. Of two alike the first is. */
  async add(users: readonly GivenUser[]): Promise<(AppError | undefined)[]> {
    if (users.length === 0) return []
    if (this.#ids.length < users.length) await this.#reserve(users.length)
    const ready = users.map((user) => this.#prepare(user))
    await this.#storing
    const emails = await this.#known(
      'users',
      'email_index',
      ready.map(({ emailKey }) => emailKey),
    )
    const accounts = await this.#known(
      ...(['bank_accounts', 'account_number_index'] as const),
      ready.flatMap(({ accountKey }) => accountKey ?? []),
    )
    const fine: ReadyUser[] = []
    const outcomes = ready.map((one): AppError | undefined => {
      if (emails.has(one.emailKey)) return taken('email')
      if (one.accountKey !== undefined && accounts.has(one.accountKey)) {
        return taken('account_number')
      }
      emails.add(one.emailKey)
      if (one.accountKey !== undefined) accounts.add(one.accountKey)
      fine.push(one)
      return undefined
    })
    if (this.#ids.length < SPARE_IDS) await this.#reserve(SPARE_IDS)
    this.#storing = this.#store(fine)
    // Whoever waits for it next is told.
    this.#storing.catch(() => undefined)
    return outcomes
  }

  /** Waits until all are stored. */
  async end(): Promise<void> {
    await this.#storing
  }

  async #reserve(count: number): Promise<void> {
    await this.#storing
    const rows = await this.#connection.rows<{ id: string }>(
      `SELECT nextval(pg_get_serial_sequence('users', 'id')) AS id FROM generate_series(1, $1::int)`,
      [count],
    )
    const fresh = rows.map(({ id }) => BigInt(id))
    this.#ids = [...fresh.reverse(), ...this.#ids]
  }

  #prepare({ user, employment, account }: GivenUser): ReadyUser {
    const id = this.#ids.pop() as bigint
    const { name, email, age, pincode } = user
    const columns = encryptUser(this.#crypto, id, name, email)
    const emailIndex = columns.emailIndex as Uint8Array
    const stored = account && bankAccountColumns(this.#crypto, draftBankAccount(id, account))
    const line = (values: readonly CopyValue[]) => copyLine([id, ...values])
    return {
      emailKey: hex(emailIndex),
      accountKey: stored && hex(stored.accountNumberIndex),
      user: line([
        columns.name,
        columns.email,
        columns.nameIndex,
        emailIndex,
        columns.searchIndex,
        age ?? null,
        pincode ?? null,
      ]),
      employment:
        employment &&
        line([employment.companyName, employment.companyKey, employment.jobTitle, 'true']),
      account:
        stored &&
        line([
          stored.bankName,
          stored.bankKey,
          stored.accountNumber,
          stored.accountNumberIndex,
          stored.ifscCode,
          'true',
        ]),
    }
  }

  /** Which of the indexes are there already. */
  async #known(table: string, column: string, keys: readonly string[]): Promise<Set<string>> {
    const rows = await this.#connection.rows<{ key: string }>(
      `SELECT encode(${column}, 'hex') AS key FROM ${table}
      WHERE ${column} = ANY (ARRAY(SELECT decode(unnest($1::text[]), 'hex')))`,
      [keys],
    )
    return new Set(rows.map(({ key }) => key))
  }

  async #store(users: readonly ReadyUser[]): Promise<void> {
    for (const part of ['user', 'employment', 'account'] as const) {
      const lines = users.flatMap((one) => one[part] ?? [])
      if (lines.length === 0) continue
      const sink = this.#connection.copyIn(`COPY ${TARGETS[part]} FROM STDIN`)
      await sink.write(Buffer.from(lines.join('')))
      await sink.end()
    }
    this.#loaded += users.length
  }
}
