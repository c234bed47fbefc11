import type { Cache } from '../../cache/cache.ts'
import type { Database, LookUps, PlainDatabase } from '../../database/client.ts'
import { shareLookUp, withLookUps } from '../../database/sharing/share-statement.ts'
import { isInUnitOfWork } from '../../database/unit-of-work.ts'
import { notFound } from '../../errors.ts'
import type { Transaction } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import { type Page, type Paging, pageHeaders, toPage } from '../../http/paging.ts'
import { checkAll } from '../../http/validation/check-all.ts'
import { ReadyAnswer } from '../../lib/answers/ready-answer.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { Remembered } from '../../lib/remembered.ts'
import { mayAccess, userExists } from '../users/users.public.ts'
import {
  type HistoryFilter,
  type HistoryPosition,
  type HistoryQuery,
  historyFilter,
  historyPaging,
  historyPosition,
} from './history.ts'
import { countMatching, readPart } from './read-page.ts'

interface Deps {
  readonly database: Database
  readonly prepared: PlainDatabase
  readonly lookUps: LookUps
  readonly crypto: FieldCrypto
  readonly cache: Cache
}

interface Head {
  readonly place: number
  readonly hash: string
  readonly transactions: number
}

/** The state of a user's history, before a page is read. */
interface State {
  readonly version: string
  /** How many transactions the user has. */
  readonly transactions: number
}

const HEADS = `
  SELECT place::int AS place, encode(hash, 'hex') AS hash, transactions
  FROM unnest($1::bigint[]) WITH ORDINALITY AS asked (subject, place)
  CROSS JOIN LATERAL (
    SELECT hash, transactions::int AS transactions FROM chain_heads
    WHERE user_id = subject OFFSET 0) AS head`

const isFirstPage = ({ cursor, page = 1 }: HistoryQuery) =>
  cursor === undefined ? page === 1 : cursor === ''

/** How many transactions are skipped in about the time of a look-up. */
const MAX_SHORT_OFFSET = 500
/** A version and a target together. Longer ones name no page that is asked for often. */
const MAX_NAME_LENGTH = 365
/** Pages other than first ones whose reading is remembered, at least, and at most twice as many. */
const PAGES_REMEMBERED = 500

/** A history that never had a transaction. */
const EMPTY: State = { version: 'empty', transactions: 0 }

/** Whether a filter lets all transactions of the user pass. */
const isOpen = ({ userId: _, ...filters }: HistoryFilter) => Object.keys(filters).length === 0

/**
 * Creates what reads pages of histories. First pages, and others that were asked for before not long
 * ago, are cached by the version of the history, and are never stale:
 *
 * - The version is the hash of the last link of the user's chain. Triggers move it in the database
 *   transaction of each change, whoever makes it, and no hash comes twice.
 * - It is read before the page. So a page may be newer than the version it is kept under, and is
 *   never older: whoever reads that version knows of no later change.
 *
 * Whoever may see a history sees the same, so that callers share its pages.
 */
export function createHistoryReader({ database, prepared, lookUps, crypto, cache }: Deps) {
  const headOf = shareLookUp<Head>(lookUps, HEADS)
  const soon = withLookUps(lookUps)
  const askedBefore = new Remembered<string, true>(PAGES_REMEMBERED)

  /**
   * Whether a page is worth keeping. Who reads a whole history asks for each page once: those would
   * drive out of the cache what is asked for often.
   */
  function isAskedOften(query: HistoryQuery, name: string): boolean {
    if (name.length > MAX_NAME_LENGTH) return false
    if (isFirstPage(query) || askedBefore.get(name)) return true
    askedBefore.set(name, true)
    return false
  }

  /** Reads the state of a user's history. @throws AppError 404, also for somebody else's */
  async function readState(
    caller: Caller,
    userId: number,
    ahead?: Promise<Head | undefined>,
  ): Promise<State> {
    if (!mayAccess(caller, userId)) throw notFound('User', userId)
    const head = await (ahead ?? headOf(userId))
    // A head proves that the user exists: it is deleted with them.
    if (head) return { version: head.hash, transactions: head.transactions }
    if (!(await userExists(database, userId))) throw notFound('User', userId)
    return EMPTY
  }

  /**
   * A part of a whole history that begins soon is read from an index, and so shares the packets of
   * look-ups. Others may take long.
   */
  const connectionFor = (filter: HistoryFilter, offset = 0) =>
    isOpen(filter) && offset <= MAX_SHORT_OFFSET && !isInUnitOfWork() ? soon : prepared

  /** How many transactions match. All of a user's are counted by triggers, as there may be many. */
  async function count(filter: HistoryFilter, { transactions }: State): Promise<number> {
    // What is not committed is not counted yet.
    if (isOpen(filter) && !isInUnitOfWork()) return transactions
    return await countMatching(prepared, filter)
  }

  async function readPage(
    filter: HistoryFilter,
    { limit, offset, after }: Paging<HistoryPosition>,
    state: State,
  ): Promise<Page<Transaction>> {
    const part = {
      limit: limit + 1,
      ...(offset !== undefined && { offset }),
      ...(after !== undefined && { after }),
    }
    const [transactions, total] = await Promise.all([
      readPart(connectionFor(filter, offset), crypto, filter, part),
      offset === undefined ? undefined : count(filter, state),
    ])
    return toPage(transactions, limit, historyPosition, total)
  }

  async function make(
    userId: number,
    query: HistoryQuery,
    target: string,
    state: State,
  ): Promise<ReadyAnswer<Transaction[]>> {
    const [filter, paging] = checkAll(
      () => historyFilter(userId, query),
      () => historyPaging(query),
    )
    const page = await readPage(filter, paging, state)
    const headers = pageHeaders({ originalUrl: target }, query, page)
    return new ReadyAnswer([...page.items], { headers, packs: true })
  }

  return {
    /** Looks up the head of a user's history, which {@link read} needs. */
    headOf,

    /**
     * Newest first.
     *
     * @param target the path and query of the request, which the links of the page repeat
     * @param head what was looked up ahead
     * @throws AppError 404 for the user, 422
     */
    async read(
      caller: Caller,
      userId: number,
      query: HistoryQuery,
      target: string,
      head?: Promise<Head | undefined>,
    ): Promise<ReadyAnswer<Transaction[]>> {
      const state = await readState(caller, userId, head)
      const compute = () => make(userId, query, target, state)
      const name = `${state.version} ${target}`
      if (!isAskedOften(query, name)) return await compute()
      return await cache.ready({ userId, kind: 'history', name }, compute)
    },
  }
}
