import { withBinaryFrame } from '../../../../database/copy-binary.ts'
import type { LoadConnection } from '../../../../database/copy-in.ts'
import { type AppError, bodyError, invalid } from '../../../../errors.ts'
import { slicesOf } from '../../../../lib/slices.ts'
import { slotColumn } from '../../../../lib/slot-column.ts'
import { requestMailsOfLoad } from '../../../mail/mail.public.ts'
import { type EncodedUsers, USER_COLUMNS, type UserRows } from './encode-users.ts'
import { ENCODING_THREADS, type PrepareUsers } from './prepare-users.ts'
import type { GivenUser } from './user-record.ts'

/** How many users are encrypted at once, and stored by one statement. */
const USERS_AT_ONCE = 2_500
/** Ids that are reserved ahead. */
const MAX_SPARE_IDS = 20_000
/** How many are encrypted ahead of those that are stored: what threads do now, and next. */
const MAX_AHEAD = 2 * ENCODING_THREADS

/** Why a user is refused; undefined if they are stored. */
type Outcome = AppError | undefined

const taken = (field: 'email' | 'account_number') =>
  invalid([bodyError(`/${field}`, `${field}_taken`, 'is in use already: send another one')])

/** The rows of accepted users, in the frame that COPY wants; undefined if there are none. */
function acceptedRows({ bytes, ends }: UserRows, outcomes: readonly Outcome[]) {
  const startOf = (index: number) => (index === 0 ? 0 : (ends[index - 1] as number))
  const rows = outcomes.every((outcome) => outcome === undefined)
    ? [bytes]
    : outcomes.flatMap((outcome, index) =>
        outcome === undefined ? [bytes.subarray(startOf(index), ends[index])] : [],
      )
  return rows.some(({ length }) => length > 0) ? withBinaryFrame(rows) : undefined
}

/**
 * Stores users with their employment and bank account. It encrypts the next users while the
 * database stores the last ones. If somebody else takes an e-mail address meanwhile, the load fails.
 * The next attempt then finds the address taken and refuses the row.
 */
export class UserLoad {
  /** Users who exist already are refused, not skipped. */
  readonly skipped = 0
  readonly #connection: LoadConnection
  readonly #users: PrepareUsers
  readonly #welcome: { readonly requestId: string } | undefined
  #ids: bigint[] = []
  #storing: Promise<void> = Promise.resolve()
  #loaded = 0
  /** How many users were checked so far. */
  #seen = 0

  /** @param welcome the request that asks for welcome mails, if one does */
  constructor(
    connection: LoadConnection,
    users: PrepareUsers,
    welcome: { readonly requestId: string } | undefined,
  ) {
    this.#connection = connection
    this.#users = users
    this.#welcome = welcome
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
    if (this.#ids.length < users.length) {
      await this.#storing
      await this.#reserve(users.length)
    }
    const outcomes: Outcome[] = []
    const slices = slicesOf(users, USERS_AT_ONCE)
    const ahead: Promise<EncodedUsers>[] = []
    let next = 0
    let checked: Promise<Outcome[]> | undefined
    while (ahead.length > 0 || next < slices.length) {
      for (; next < slices.length && ahead.length < MAX_AHEAD; next += 1) {
        ahead.push(this.#encode(slices[next] as GivenUser[]))
      }
      const encoded = (await ahead.shift()) as EncodedUsers
      if (checked) outcomes.push(...(await checked))
      await this.#storing
      const checking = this.#check(encoded)
      this.#storing = checking.then((found) => this.#store(encoded, found))
      // The next await of `#storing` reports the error.
      this.#storing.catch(() => undefined)
      checked = checking
    }
    if (checked) outcomes.push(...(await checked))
    return outcomes
  }

  /** Waits until all users are stored. */
  async end(): Promise<void> {
    await this.#storing
  }

  #encode(users: readonly GivenUser[]): Promise<EncodedUsers> {
    const ids = BigInt64Array.from(this.#ids.splice(0, users.length))
    const encoded = this.#users.prepare({ ids, users })
    // Whoever awaits it gets the error. Nobody does after an earlier one.
    encoded.catch(() => undefined)
    return encoded
  }

  /** Reserves ids until there are so many. */
  async #reserve(count: number): Promise<void> {
    // One text: a row for each id took longer than all else of a check.
    const [fresh] = await this.#connection.rows<{ ids: string }>(
      `SELECT string_agg(nextval(pg_get_serial_sequence('users', 'id'))::text, ',') AS ids
      FROM generate_series(1, $1::int)`,
      [count - this.#ids.length],
    )
    for (const id of fresh?.ids.split(',') ?? []) this.#ids.push(BigInt(id))
  }

  /** Finds out whose address and account number neither the database nor a user before has. */
  async #check(encoded: EncodedUsers): Promise<Outcome[]> {
    const { emails, accounts } = await this.#existing(encoded)
    const outcomes = encoded.emailKeys.map((emailKey, index): Outcome => {
      const accountKey = encoded.accountKeys[index]
      if (emails.has(emailKey)) return taken('email')
      if (accountKey !== undefined && accounts.has(accountKey)) return taken('account_number')
      emails.add(emailKey)
      if (accountKey !== undefined) accounts.add(accountKey)
      return undefined
    })
    // No more ahead than have come: a small file must not take thousands of ids.
    const spare = Math.min(MAX_SPARE_IDS, this.#seen)
    if (this.#ids.length < spare) await this.#reserve(spare)
    this.#seen += outcomes.length
    return outcomes
  }

  /** Finds which of the HMACs exist. */
  async #existing({ slot, emailKeys, accountKeys }: EncodedUsers) {
    const emailColumn = slotColumn('email_index', slot)
    const accountColumn = slotColumn('account_number_index', slot)
    const rows = await this.#connection.rows<{ field: 'email' | 'account'; key: string }>(
      `SELECT 'email' AS field, encode(${emailColumn}, 'hex') AS key FROM users
      WHERE ${emailColumn} = ANY (ARRAY(SELECT decode(unnest($1::text[]), 'hex'))) AND email_verified
      UNION ALL
      SELECT 'account', encode(${accountColumn}, 'hex') FROM bank_accounts
      WHERE ${accountColumn} = ANY (ARRAY(SELECT decode(unnest($2::text[]), 'hex')))`,
      [emailKeys, accountKeys.filter((key) => key !== undefined)],
    )
    const keysOf = (wanted: 'email' | 'account') =>
      new Set(rows.filter(({ field }) => field === wanted).map(({ key }) => key))
    return { emails: keysOf('email'), accounts: keysOf('account') }
  }

  async #store(encoded: EncodedUsers, outcomes: readonly Outcome[]): Promise<void> {
    for (const part of ['user', 'employment', 'account'] as const) {
      const rows = acceptedRows(encoded[part], outcomes)
      if (rows === undefined) continue
      const sink = this.#connection.copyIn(
        `COPY ${USER_COLUMNS[part]} FROM STDIN WITH (FORMAT binary)`,
      )
      await sink.write(rows)
      await sink.end()
    }
    const ids = [...encoded.ids].filter((_, index) => outcomes[index] === undefined)
    if (this.#welcome) {
      await requestMailsOfLoad(this.#connection, 'welcome', ids, this.#welcome.requestId)
    }
    this.#loaded += ids.length
  }
}
