import { withBinaryFrame } from '../../../../database/copy-binary.ts'
import type { LoadConnection } from '../../../../database/copy-in.ts'
import { type AppError, bodyError, invalid } from '../../../../errors.ts'
import { slotColumn } from '../../../../lib/slot-column.ts'
import { requestMailsOfLoad } from '../../../mail/mail.public.ts'
import type { LotOptions } from '../records/load-records.ts'
import { type EncodedUsers, USER_COLUMNS, type UserRows } from './encode-users.ts'
import { ENCODING_THREADS, type PrepareUsers } from './prepare-users.ts'
import type { GivenUser } from './user-record.ts'

/** Ids that are reserved ahead. */
const MAX_SPARE_IDS = 20_000

/**
 * How a file is handed to the load: what is encrypted at once is stored by one statement. Each thread
 * has a lot, and the next one waits; another lot is stored.
 */
export const USER_LOTS: LotOptions = { lot: 2_500, maxAhead: 2 * ENCODING_THREADS + 1 }

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
  /** Lots get their ids one after the other. */
  #numbering: Promise<unknown> = Promise.resolve()
  /** The connection runs one statement at a time. */
  #turn: Promise<unknown> = Promise.resolve()
  #loaded = 0
  /** How many users were given so far. */
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
   * Lots are stored in the order in which they are given.
   *
   * @returns for each user why they cannot be stored; undefined if they can. The first of two
   * equals is.
   */
  async add(users: readonly GivenUser[]): Promise<Outcome[]> {
    if (users.length === 0) return []
    this.#seen += users.length
    const numbered = this.#numbering.then(() => this.#number(users))
    this.#numbering = numbered.catch(() => undefined)
    const stored = numbered.then(({ encoded }) =>
      this.#inTurn(async () => await this.#checkAndStore(await encoded)),
    )
    return await stored
  }

  /** Waits until all users are stored. */
  async end(): Promise<void> {
    await this.#turn
  }

  /** Does something with the connection, after all that came before. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  /** Gives users their ids, and has them encrypted. */
  async #number(users: readonly GivenUser[]): Promise<{ encoded: Promise<EncodedUsers> }> {
    if (this.#ids.length < users.length) await this.#inTurn(() => this.#reserve(users.length))
    return { encoded: this.#encode(users) }
  }

  async #checkAndStore(encoded: EncodedUsers): Promise<Outcome[]> {
    const outcomes = await this.#check(encoded)
    await this.#store(encoded, outcomes)
    return outcomes
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
    const missing = count - this.#ids.length
    if (missing <= 0) return
    // One text: a row for each id took longer than all else of a check.
    const [fresh] = await this.#connection.rows<{ ids: string }>(
      `SELECT string_agg(nextval(pg_get_serial_sequence('users', 'id'))::text, ',') AS ids
      FROM generate_series(1, $1::int)`,
      [missing],
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
    // No more ahead than other lots have: a small file must not take thousands of ids.
    const spare = Math.min(MAX_SPARE_IDS, this.#seen - outcomes.length)
    await this.#reserve(spare)
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
