import type { LoadConnection } from '../../../../database/copy-in.ts'
import { type CopyValue, copyLine } from '../../../../database/copy-line.ts'
import { type AppError, bodyError, invalid } from '../../../../errors.ts'
import type { FieldCrypto, Slot, Slots } from '../../../../lib/crypto.ts'
import { hex } from '../../../../lib/hex.ts'
import { Remembered } from '../../../../lib/remembered.ts'
import { slotColumn } from '../../../../lib/slot-column.ts'
import {
  bankAccountColumns,
  draftBankAccount,
} from '../../../bank-accounts/bank-accounts.public.ts'
import { requestMailsOfLoad } from '../../../mail/mail.public.ts'
import { emailLookUp, encryptUser } from '../../../users/users.public.ts'
import type { GivenUser } from './user-record.ts'

/** The maximum number of ids reserved ahead, so that they exist before the next rows do. */
const MAX_SPARE_IDS = 20_000
/** Half of the number of HMACs that are cached. Names and addresses repeat many words. */
const CACHED_INDEXES = 100_000

/** A user with its rows for COPY. */
interface PreparedUser {
  readonly id: bigint
  /** The slot whose columns the keys are looked up in. */
  readonly slot: Slot
  readonly emailKey: string
  readonly accountKey: string | undefined
  readonly user: string
  readonly employment: string | undefined
  readonly account: string | undefined
}

const TARGETS = {
  user: `users (id, name, email, email_verified, name_index, name_index_2, email_index,
    email_index_2, search_index, search_index_2, age, pincode)`,
  employment: 'employments (user_id, company_name, company_key, job_title, is_current)',
  account: `bank_accounts (user_id, bank_name, bank_key, account_number, account_number_index,
    account_number_index_2, ifsc_code, is_primary)`,
} as const

const taken = (field: 'email' | 'account_number') =>
  invalid([bodyError(`/${field}`, `${field}_taken`, 'is in use already: send another one')])

/** Caches the HMACs of the words in names and e-mail addresses. */
function cacheIndexes(crypto: FieldCrypto): FieldCrypto {
  const cache = new Remembered<string, Slots<Uint8Array<ArrayBuffer>>>(CACHED_INDEXES)
  return {
    ...crypto,
    blindIndexes(purpose, text) {
      if (purpose !== 'users.search') return crypto.blindIndexes(purpose, text)
      const key = `${crypto.indexVersion()} ${text}`
      const indexes = cache.get(key) ?? crypto.blindIndexes(purpose, text)
      cache.set(key, indexes)
      return indexes
    },
  }
}

/**
 * Stores users with their employment and bank account. It encrypts the next batch while the
 * database stores the last one. If somebody else takes an e-mail address meanwhile, the load fails.
 * The next attempt then finds the address taken and refuses the row.
 */
export class UserLoad {
  /** Users who exist already are refused, not skipped. */
  readonly skipped = 0
  readonly #connection: LoadConnection
  readonly #crypto: FieldCrypto
  readonly #welcome: { readonly requestId: string } | undefined
  /** Reserved ids, in descending order: `pop` takes the next one. */
  #ids: bigint[] = []
  #storing: Promise<void> = Promise.resolve()
  #loaded = 0
  /** How many users came in the batches so far. */
  #seen = 0

  /** @param welcome the request that asks for welcome mails, if one does */
  constructor(
    connection: LoadConnection,
    crypto: FieldCrypto,
    welcome: { readonly requestId: string } | undefined,
  ) {
    this.#connection = connection
    this.#welcome = welcome
    this.#crypto = cacheIndexes(crypto)
  }

  /** How many users were stored so far. */
  get loaded(): number {
    return this.#loaded
  }

  /**
   * @returns for each user why they cannot be stored; undefined if they can. The first of two
   * equals is.
   */
  async add(users: readonly GivenUser[]): Promise<(AppError | undefined)[]> {
    if (users.length === 0) return []
    if (this.#ids.length < users.length) await this.#reserve(users.length - this.#ids.length)
    const prepared = users.map((user) => this.#prepare(user))
    // Nothing is awaited while a batch is prepared, so it has one slot.
    const slot = prepared[0]?.slot ?? 1
    await this.#storing
    const emailColumn = slotColumn('email_index', slot)
    const emails = await this.#existing(
      `SELECT encode(${emailColumn}, 'hex') AS key FROM users
      WHERE ${emailColumn} = ANY (ARRAY(SELECT decode(unnest($1::text[]), 'hex'))) AND email_verified`,
      prepared.map(({ emailKey }) => emailKey),
    )
    const accountColumn = slotColumn('account_number_index', slot)
    const accounts = await this.#existing(
      `SELECT encode(${accountColumn}, 'hex') AS key FROM bank_accounts
      WHERE ${accountColumn} = ANY (ARRAY(SELECT decode(unnest($1::text[]), 'hex')))`,
      prepared.flatMap(({ accountKey }) => accountKey ?? []),
    )
    const accepted: PreparedUser[] = []
    const outcomes = prepared.map((one): AppError | undefined => {
      if (emails.has(one.emailKey)) return taken('email')
      if (one.accountKey !== undefined && accounts.has(one.accountKey)) {
        return taken('account_number')
      }
      emails.add(one.emailKey)
      if (one.accountKey !== undefined) accounts.add(one.accountKey)
      accepted.push(one)
      return undefined
    })
    // No more ahead than have come: a small file must not take thousands of ids.
    const spare = Math.min(MAX_SPARE_IDS, this.#seen)
    if (this.#ids.length < spare) await this.#reserve(spare)
    this.#seen += users.length
    this.#storing = this.#store(accepted)
    // The next await of `#storing` reports the error.
    this.#storing.catch(() => undefined)
    return outcomes
  }

  /** Waits until all users are stored. */
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

  #prepare({ user, employment, account }: GivenUser): PreparedUser {
    const id = this.#ids.pop() as bigint
    const { name, email, age, pincode } = user
    const columns = encryptUser(this.#crypto, id, name, { address: email, verified: true })
    const { slot } = emailLookUp(this.#crypto, email)
    const emailIndex = (slot === 1 ? columns.emailIndex : columns.emailIndex2) as Uint8Array
    const stored = account && bankAccountColumns(this.#crypto, draftBankAccount(id, account))
    const line = (values: readonly CopyValue[]) => copyLine([id, ...values])
    return {
      id,
      slot,
      emailKey: hex(emailIndex),
      accountKey:
        stored &&
        hex((slot === 1 ? stored.accountNumberIndex : stored.accountNumberIndex2) as Uint8Array),
      user: line([
        columns.name,
        columns.email,
        String(columns.emailVerified),
        columns.nameIndex,
        columns.nameIndex2,
        columns.emailIndex,
        columns.emailIndex2,
        columns.searchIndex,
        columns.searchIndex2,
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
          stored.accountNumberIndex2,
          stored.ifscCode,
          'true',
        ]),
    }
  }

  /** Finds which of the HMACs exist. @param query selects them as `key` */
  async #existing(query: string, keys: readonly string[]): Promise<Set<string>> {
    const rows = await this.#connection.rows<{ key: string }>(query, [keys])
    return new Set(rows.map(({ key }) => key))
  }

  async #store(users: readonly PreparedUser[]): Promise<void> {
    for (const part of ['user', 'employment', 'account'] as const) {
      const lines = users.flatMap((one) => one[part] ?? [])
      if (lines.length === 0) continue
      const sink = this.#connection.copyIn(`COPY ${TARGETS[part]} FROM STDIN`)
      await sink.write(Buffer.from(lines.join('')))
      await sink.end()
    }
    if (this.#welcome) {
      const ids = users.map(({ id }) => id)
      await requestMailsOfLoad(this.#connection, 'welcome', ids, this.#welcome.requestId)
    }
    this.#loaded += users.length
  }
}
