import type { LoadConnection } from '../../database/copy-in.ts'
import { copyLine } from '../../database/copy-line.ts'
import { CopyRows } from '../../database/copy-rows.ts'
import { codeOf } from '../../database/errors.ts'
import { type AppError, bodyError, invalid } from '../../errors.ts'
import type { Caller } from '../../http/auth.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { Remembered } from '../../lib/remembered.ts'
import { changeRefusal, type FoundUser, type UserLookup } from '../users/users.public.ts'
import { encryptFullName } from './full-names.ts'
import type { GivenTransaction } from './row-reader.ts'

/** Rows of one statement. It is large because each statement writes outbox rows for its users. */
const BATCH_ROWS = 100_000
/** Half of the number of users that stay in memory. */
const CACHED_USERS = 50_000
/** PostgreSQL's code for a unique violation. */
const UNIQUE_VIOLATION = '23505'
/** Size of one write to COPY. */
const WRITE_BYTES = 256 * 1024

/** Transactions by their type. */
export interface TypeCounts {
  readonly credit: number
  readonly debit: number
}

const NONE: TypeCounts = { credit: 0, debit: 0 }
const sum = (a: TypeCounts, b: TypeCounts): TypeCounts => ({
  credit: a.credit + b.credit,
  debit: a.debit + b.debit,
})

const COLUMNS = `user_id, full_name, transaction_date, transaction_amount, transaction_type,
  currency, description, reference, request_id, actor_id`

interface Options {
  readonly connection: LoadConnection
  readonly crypto: FieldCrypto
  readonly lookup: UserLookup
  /** The account that loads. */
  readonly caller: Caller
  readonly requestId: string
  readonly withReferences: boolean
}

const refused = (owner: GivenTransaction['owner'], code: string, message: string) => {
  const path = typeof owner === 'number' ? '/user_id' : '/user_email'
  return invalid([bodyError(path, code, message)])
}

/**
 * Stores transactions in batches. It prepares the next batch while the database stores the last
 * one. Rows are sorted by user, so that a user's rows lie together on disk, where they are read
 * together.
 */
export class TransactionLoad {
  readonly #options: Options
  readonly #users = new Remembered<number | string, FoundUser | null>(CACHED_USERS)
  readonly #rows = new CopyRows()
  #storing: Promise<void> = Promise.resolve()
  #staged = false
  /** The rows that wait, by type. */
  #waiting = { credit: 0, debit: 0 }
  #given = 0
  #loaded = NONE

  constructor(options: Options) {
    this.#options = options
  }

  /** How many transactions were stored so far. */
  get loaded(): number {
    return this.#loaded.credit + this.#loaded.debit
  }

  /** How many of each type were stored so far. */
  get loadedByType(): TypeCounts {
    return this.#loaded
  }

  /** How many transactions were skipped so far because their reference exists already. */
  get skipped(): number {
    return this.#given - this.loaded
  }

  /** @returns for each transaction why it cannot be stored; undefined if it can */
  async add(transactions: readonly GivenTransaction[]): Promise<(AppError | undefined)[]> {
    await this.#findUsers(transactions)
    const outcomes = transactions.map((given) => {
      const user = this.#users.get(given.owner)
      if (!user) return refused(given.owner, 'user_not_found', 'does not belong to any user')
      const refusal = changeRefusal(this.#options.caller, user, 'record')
      if (refusal) return refused(given.owner, refusal.code, 'belongs to a colleague: ask an admin')
      this.#addRow(given, user)
      return undefined
    })
    if (this.#rows.length >= BATCH_ROWS) await this.#flush()
    return outcomes
  }

  /** Stores the remaining transactions. */
  async end(): Promise<void> {
    await this.#flush()
    await this.#storing
    // Each statement wrote an outbox row for each of its users. The recomputation needs one for
    // each.
    await this.#options.connection.run('SELECT merge_outbox()')
  }

  async #findUsers(transactions: readonly GivenTransaction[]): Promise<void> {
    const unknown = new Set<number | string>()
    for (const { owner } of transactions) {
      if (this.#users.get(owner) === undefined) unknown.add(owner)
    }
    if (unknown.size === 0) return
    // The connection runs one statement at a time.
    await this.#storing
    const { connection, lookup } = this.#options
    const owners = [...unknown]
    const ids = owners.filter((owner) => typeof owner === 'number')
    const emails = owners.filter((owner) => typeof owner === 'string')
    const found = new Map<number | string, FoundUser>([
      ...(ids.length > 0 ? await lookup.byId(connection, ids) : []),
      ...(emails.length > 0 ? await lookup.byEmail(connection, emails) : []),
    ])
    for (const owner of owners) this.#users.set(owner, found.get(owner) ?? null)
  }

  #addRow({ draft, named }: GivenTransaction, { id, name }: FoundUser): void {
    const { crypto, requestId, caller } = this.#options
    const { date, amount, type, currency, description, reference } = draft
    const fullName = encryptFullName(crypto, BigInt(id), named ? draft.fullName : name)
    const line = copyLine([
      id,
      fullName,
      date.toISOString(),
      amount.toFixed(),
      type,
      currency,
      description,
      reference,
      requestId,
      caller.id,
    ])
    this.#rows.add(id, line)
    this.#waiting[type] += 1
  }

  async #flush(): Promise<void> {
    const { length } = this.#rows
    if (length === 0) return
    const text = this.#rows.take()
    const given = this.#waiting
    this.#waiting = { ...NONE }
    await this.#storing
    this.#storing = this.#store(text, given)
    // The next await of `#storing` reports the error.
    this.#storing.catch(() => undefined)
  }

  async #store(text: Buffer, given: TypeCounts): Promise<void> {
    let stored = given
    if (this.#options.withReferences) stored = await this.#storeReferenced(text, given)
    else await this.#copy('transactions', text)
    this.#given += given.credit + given.debit
    this.#loaded = sum(this.#loaded, stored)
  }

  /**
   * Copies straight into the table, which works for a file whose references are all new. After the
   * first existing reference, every batch goes through the staging table.
   *
   * @param given the rows of the text, by type
   * @returns those that were stored
   */
  async #storeReferenced(text: Buffer, given: TypeCounts): Promise<TypeCounts> {
    const { connection } = this.#options
    if (this.#staged) return await this.#storeNew(text)
    await connection.run('SAVEPOINT batch')
    try {
      await this.#copy('transactions', text)
      await connection.run('RELEASE SAVEPOINT batch')
      return given
    } catch (error) {
      if (codeOf(error) !== UNIQUE_VIOLATION) throw error
      await connection.run('ROLLBACK TO SAVEPOINT batch')
      return await this.#storeNew(text)
    }
  }

  /**
   * Stores rows through a temporary staging table. Of two rows with one reference, the first is
   * stored.
   */
  async #storeNew(text: Buffer): Promise<TypeCounts> {
    const { connection } = this.#options
    if (!this.#staged) {
      await connection.run(`CREATE TEMPORARY TABLE staged_transactions ON COMMIT DROP AS
        SELECT ${COLUMNS} FROM transactions WITH NO DATA`)
      this.#staged = true
    }
    await this.#copy('staged_transactions', text)
    const [stored = NONE] = await connection.rows<TypeCounts>(`WITH stored AS (
        INSERT INTO transactions (${COLUMNS})
        SELECT ${COLUMNS} FROM staged_transactions ON CONFLICT DO NOTHING
        RETURNING transaction_type)
      SELECT count(*) FILTER (WHERE transaction_type = 'credit')::int AS credit,
        count(*) FILTER (WHERE transaction_type = 'debit')::int AS debit FROM stored`)
    await connection.run('TRUNCATE staged_transactions')
    return stored
  }

  async #copy(table: string, text: Buffer): Promise<void> {
    const sink = this.#options.connection.copyIn(`COPY ${table} (${COLUMNS}) FROM STDIN`)
    for (let at = 0; at < text.length; at += WRITE_BYTES) {
      await sink.write(text.subarray(at, at + WRITE_BYTES))
    }
    await sink.end()
  }
}
