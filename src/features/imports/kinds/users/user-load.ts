import type { LoadConnection } from '../../../../database/copy-in.ts'
import { type AppError, bodyError, invalid } from '../../../../errors.ts'
import type { FieldCrypto } from '../../../../lib/crypto.ts'
import { slicesOf } from '../../../../lib/slices.ts'
import { slotColumn } from '../../../../lib/slot-column.ts'
import { requestMailsOfLoad } from '../../../mail/mail.public.ts'
import {
  ACCOUNT_ROW,
  createPrepareUsers,
  EMPLOYMENT_ROW,
  type PreparedUser,
  type PreparedUsers,
  type PrepareUsers,
  USER_ROW,
} from './prepare-users.ts'
import type { GivenUser } from './user-record.ts'

/** How many users are encrypted while the database stores as many. */
const USERS_AT_ONCE = 2_500

const TARGETS = { user: USER_ROW, employment: EMPLOYMENT_ROW, account: ACCOUNT_ROW } as const

/** Why a user is refused; undefined if they are stored. */
type Outcome = AppError | undefined

interface CheckedUsers {
  readonly outcomes: readonly Outcome[]
  readonly accepted: readonly PreparedUser[]
}

const taken = (field: 'email' | 'account_number') =>
  invalid([bodyError(`/${field}`, `${field}_taken`, 'is in use already: send another one')])

/**
 * Stores users with their employment and bank account. It encrypts the next users while the
 * database stores the last ones. If somebody else takes an e-mail address meanwhile, the load fails.
 * The next attempt then finds the address taken and refuses the row.
 */
export class UserLoad {
  /** Users who exist already are refused, not skipped. */
  readonly skipped = 0
  readonly #connection: LoadConnection
  readonly #prepare: PrepareUsers
  readonly #welcome: { readonly requestId: string } | undefined
  /** Reserved ids, in descending order: `pop` takes the next one. */
  #ids: bigint[] = []
  #storing: Promise<void> = Promise.resolve()
  #loaded = 0
  /** How many users were checked so far. */
  #seen = 0

  /** @param welcome the request that asks for welcome mails, if one does */
  constructor(
    connection: LoadConnection,
    crypto: FieldCrypto,
    welcome: { readonly requestId: string } | undefined,
  ) {
    this.#connection = connection
    this.#welcome = welcome
    this.#prepare = createPrepareUsers(crypto)
  }

  /** How many users were stored so far. */
  get loaded(): number {
    return this.#loaded
  }

  /**
   * @returns for each user why they cannot be stored; undefined if they can. The first of two
   * equals is.
   */
  async add(users: readonly GivenUser[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = []
    let checked: Promise<CheckedUsers> | undefined
    for (const some of slicesOf(users, USERS_AT_ONCE)) {
      if (this.#ids.length < some.length) {
        await this.#storing
        await this.#reserve(some.length)
      }
      const prepared = await this.#prepare(some.map((user) => [this.#ids.pop() as bigint, user]))
      if (checked) outcomes.push(...(await checked).outcomes)
      await this.#storing
      checked = this.#check(prepared)
      this.#storing = checked.then(({ accepted }) => this.#store(accepted))
      // The next await of `#storing` reports the error.
      this.#storing.catch(() => undefined)
    }
    if (checked) outcomes.push(...(await checked).outcomes)
    return outcomes
  }

  /** Waits until all users are stored. */
  async end(): Promise<void> {
    await this.#storing
  }

  /** Reserves ids until there are so many. */
  async #reserve(count: number): Promise<void> {
    const rows = await this.#connection.rows<{ id: string }>(
      `SELECT nextval(pg_get_serial_sequence('users', 'id')) AS id FROM generate_series(1, $1::int)`,
      [count - this.#ids.length],
    )
    const fresh = rows.map(({ id }) => BigInt(id))
    this.#ids = [...fresh.reverse(), ...this.#ids]
  }

  /** Finds out whose address and account number neither the database nor a user before has. */
  async #check(prepared: PreparedUsers): Promise<CheckedUsers> {
    const { emails, accounts } = await this.#existing(prepared)
    const accepted: PreparedUser[] = []
    const outcomes = prepared.users.map((one): Outcome => {
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
    const spare = Math.min(USERS_AT_ONCE, this.#seen)
    if (this.#ids.length < spare) await this.#reserve(spare)
    this.#seen += outcomes.length
    return { outcomes, accepted }
  }

  /** Finds which of the HMACs exist. */
  async #existing({ slot, users }: PreparedUsers) {
    const emailColumn = slotColumn('email_index', slot)
    const accountColumn = slotColumn('account_number_index', slot)
    const rows = await this.#connection.rows<{ field: 'email' | 'account'; key: string }>(
      `SELECT 'email' AS field, encode(${emailColumn}, 'hex') AS key FROM users
      WHERE ${emailColumn} = ANY (ARRAY(SELECT decode(unnest($1::text[]), 'hex'))) AND email_verified
      UNION ALL
      SELECT 'account', encode(${accountColumn}, 'hex') FROM bank_accounts
      WHERE ${accountColumn} = ANY (ARRAY(SELECT decode(unnest($2::text[]), 'hex')))`,
      [users.map(({ emailKey }) => emailKey), users.flatMap(({ accountKey }) => accountKey ?? [])],
    )
    const keysOf = (wanted: 'email' | 'account') =>
      new Set(rows.filter(({ field }) => field === wanted).map(({ key }) => key))
    return { emails: keysOf('email'), accounts: keysOf('account') }
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
