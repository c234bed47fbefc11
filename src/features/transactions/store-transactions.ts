import type { LoadConnection } from '../../database/copy-in.ts'
import { copyLine } from '../../database/copy-line.ts'
import { CopyRows } from '../../database/copy-rows.ts'
import { codeOf } from '../../database/errors.ts'
import { type AppError, bodyError, invalid } from '../../errors.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { Remembered } from '../../lib/remembered.ts'
import type { FoundUser, UserLookup } from '../users/users.public.ts'
import { encryptFullName, type TransactionDraft } from './fields.ts'

/** So many rows are stored by one statement: large enough that few rows of the outbox come of many. */
const BATCH_ROWS = 100_000
/** Half of the users that are remembered. */
const REMEMBERED_USERS = 50_000
/** PostgreSQL's code for a value that is there already. */
const UNIQUE_VIOLATION = '23505'
/** A piece of what is sent. */
const PIECE_BYTES = 256 * 1024

/** A transaction of a file: it may name its user by address, and leave the user's name to be looked up. */
export interface GivenTransaction {
  /** An id, or an address in lower case. */
  readonly owner: number | string
  readonly named: boolean
  readonly draft: TransactionDraft
}

const COLUMNS = `user_id, full_name, transaction_date, transaction_amount, transaction_type,
  currency, description, reference, request_id`

interface Options {
  readonly connection: LoadConnection
  readonly crypto: FieldCrypto
  readonly lookup: UserLookup
  readonly requestId: string
  readonly withReferences: boolean
}

const unknownUser = (owner: GivenTransaction['owner']) => {
  const path = typeof owner === 'number' ? '/user_id' : '/user_email'
  return invalid([bodyError(path, 'user_not_found', 'is of no user')])
}

/**
 * Stores transactions in batches. The next batch is made ready while the database stores the last one. Rows go
 * in by user: those of one user come to lie together, where they are read together.
 */
export class TransactionLoad {
  readonly #options: Options
  readonly #users = new Remembered<number | string, FoundUser | null>(REMEMBERED_USERS)
  readonly #rows = new CopyRows()
  #storing: Promise<void> = Promise.resolve()
  #staged = false
  #given = 0
  #loaded = 0

  constructor(options: Options) {
    this.#options = options
  }

  /** How many were stored so far. */
  get loaded(): number {
    return this.#loaded
  }

  /** How many were left out so far, as their references are there already. */
  get skipped(): number {
    return this.#given - this.#loaded
  }

  /** @returns by transaction, why it cannot be stored; undefined where it can */
  async add(transactions: readonly GivenTransaction[]): Promise<(AppError | undefined)[]> {
    await this.#findUsers(transactions)
    const outcomes = transactions.map((given) => {
      const user = this.#users.get(given.owner)
      if (!user) return unknownUser(given.owner)
      this.#line(given, user)
      return undefined
    })
    if (this.#rows.length >= BATCH_ROWS) await this.#flush()
    return outcomes
  }

  /** Stores what is left. */
  async end(): Promise<void> {
    await this.#flush()
    await this.#storing
    // The statements have left a row of each user's; what follows needs one.
    await this.#options.connection.run('SELECT merge_outbox()')
  }

  async #findUsers(transactions: readonly GivenTransaction[]): Promise<void> {
    const unknown = new Set<number | string>()
    for (const { owner } of transactions) {
      if (this.#users.get(owner) === undefined) unknown.add(owner)
    }
    if (unknown.size === 0) return
    // One thing at a time on a connection.
    await this.#storing
    const { connection, lookup } = this.#options
    const wanted = [...unknown]
    const ids = wanted.filter((owner) => typeof owner === 'number')
    const emails = wanted.filter((owner) => typeof owner === 'string')
    const found = new Map<number | string, FoundUser>([
      ...(ids.length > 0 ? await lookup.byId(connection, ids) : []),
      ...(emails.length > 0 ? await lookup.byEmail(connection, emails) : []),
    ])
    for (const owner of wanted) this.#users.set(owner, found.get(owner) ?? null)
  }

  #line({ draft, named }: GivenTransaction, { id, name }: FoundUser): void {
    const { crypto, requestId } = this.#options
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
    ])
    this.#rows.add(id, line)
  }

  async #flush(): Promise<void> {
    const { length } = this.#rows
    if (length === 0) return
    const text = this.#rows.take()
    await this.#storing
    this.#storing = this.#store(text, length)
    // Whoever waits for it next is told.
    this.#storing.catch(() => undefined)
  }

  async #store(text: Buffer, rows: number): Promise<void> {
    const stored = this.#options.withReferences
      ? await this.#storeReferenced(text)
      : await this.#copy('transactions', text)
    this.#given += rows
    this.#loaded += stored
  }

  /** Straight, as a new file goes without a reference that is there; after the first that is, more carefully. */
  async #storeReferenced(text: Buffer): Promise<number> {
    const { connection } = this.#options
    if (this.#staged) return await this.#storeNew(text)
    await connection.run('SAVEPOINT batch')
    try {
      const stored = await this.#copy('transactions', text)
      await connection.run('RELEASE SAVEPOINT batch')
      return stored
    } catch (error) {
      if (codeOf(error) !== UNIQUE_VIOLATION) throw error
      await connection.run('ROLLBACK TO SAVEPOINT batch')
      return await this.#storeNew(text)
    }
  }

  /** By way of a table of the transaction's own. Of two with one reference the first is stored. */
  async #storeNew(text: Buffer): Promise<number> {
    const { connection } = this.#options
    if (!this.#staged) {
      await connection.run(`CREATE TEMPORARY TABLE staged_transactions ON COMMIT DROP AS
        SELECT ${COLUMNS} FROM transactions WITH NO DATA`)
      this.#staged = true
    }
    await this.#copy('staged_transactions', text)
    const { rowCount } = await connection.run(`INSERT INTO transactions (${COLUMNS})
      SELECT ${COLUMNS} FROM staged_transactions ON CONFLICT DO NOTHING`)
    await connection.run('TRUNCATE staged_transactions')
    return rowCount
  }

  async #copy(table: string, text: Buffer): Promise<number> {
    const sink = this.#options.connection.copyIn(`COPY ${table} (${COLUMNS}) FROM STDIN`)
    for (let at = 0; at < text.length; at += PIECE_BYTES) {
      await sink.write(text.subarray(at, at + PIECE_BYTES))
    }
    return await sink.end()
  }
}
