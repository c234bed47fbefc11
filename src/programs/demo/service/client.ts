import { StartupError } from '../../../errors.ts'
import type {
  Analytics,
  DailyAnalytics,
  Problem,
  TokenPair,
  Transaction,
  TransactionBulkResult,
  TransactionCreate,
  User,
  UserCreate,
} from '../../../generated/schemas.ts'
import type { Credentials } from '../options.ts'
import { type Answer, createSend, type RequestOptions } from './request.ts'

export type Client = Awaited<ReturnType<typeof openClient>>

const PAGE = 100

/** The `code` of a problem; undefined when the answer is none. */
const codeOf = ({ text }: Answer): string | undefined =>
  text.startsWith('{') ? (JSON.parse(text) as Partial<Problem>).code : undefined

/** An answer that the demo has no use for, as an error. Its `detail` could hold input. */
const unexpected = (what: string, answer: Answer) =>
  new StartupError(
    `${what} was answered with ${answer.status} ${codeOf(answer) ?? 'and no reason'}.`,
  )

/**
 * Logs in to a service and makes sure that the account may do what the demo does. Logs in again when
 * the access token has expired.
 *
 * @param signal ends every request
 * @throws StartupError when there is no Passbook, the credentials are wrong, or the account is no staff
 */
export async function openClient(url: string, credentials: Credentials, signal: AbortSignal) {
  const send = createSend(url, signal)

  async function login(): Promise<string> {
    const answer = await send('/v1/login', { method: 'POST', body: credentials })
    if (answer.status === 401) throw new StartupError('The user name or the password is wrong.')
    if (answer.status !== 200) throw unexpected('The login', answer)
    return (JSON.parse(answer.text) as TokenPair).access_token
  }

  const live = await send('/health/live')
  if (live.status !== 200 || !live.text.startsWith('{')) {
    throw new StartupError(`What answers at ${url} is not Passbook.`)
  }
  let token = login()

  async function authorized(path: string, options: RequestOptions = {}): Promise<Answer> {
    const used = token
    const answer = await send(path, { ...options, token: await used })
    if (answer.status !== 401) return answer
    // Of many requests that find the token expired, one logs in for all.
    if (token === used) token = login()
    return await send(path, { ...options, token: await token })
  }

  async function read<T>(what: string, path: string): Promise<{ body: T; answer: Answer }> {
    const answer = await authorized(path)
    if (answer.status !== 200) throw unexpected(what, answer)
    return { body: JSON.parse(answer.text) as T, answer }
  }

  const { role } = (await read<User>('GET /v1/me', '/v1/me')).body
  if (role === 'user') {
    throw new StartupError(
      'This account has the role user; the demo creates customers, which takes staff or admin.',
    )
  }

  return {
    /** @returns the user's id, or the code of the problem: `email_taken`, `validation_failed` */
    async createUser(user: UserCreate): Promise<number | string> {
      const answer = await authorized('/v1/users', { method: 'POST', body: user })
      if (answer.status === 201) return (JSON.parse(answer.text) as User).id
      const code = codeOf(answer)
      if (code !== undefined && (answer.status === 409 || answer.status === 422)) return code
      throw unexpected('A new user', answer)
    },

    async findUser(email: string): Promise<number | undefined> {
      const path = `/v1/users?email=${encodeURIComponent(email)}`
      return (await read<User[]>('The search for a user', path)).body[0]?.id
    },

    /** Each item stands for itself. */
    async bookTransactions(transactions: TransactionCreate[]): Promise<TransactionBulkResult> {
      const body = { mode: 'partial', transactions }
      const answer = await authorized('/v1/transactions/bulk', { method: 'POST', body })
      if (answer.status !== 201) throw unexpected('A batch of transactions', answer)
      return JSON.parse(answer.text) as TransactionBulkResult
    },

    /** Every transaction of a user. */
    async readLedger(userId: number): Promise<Transaction[]> {
      const path = `/v1/users/${userId}/transactions?per_page=${PAGE}&cursor=`
      const ledger: Transaction[] = []
      for (let cursor: string | undefined = ''; cursor !== undefined; ) {
        const page: { body: Transaction[]; answer: Answer } = await read('A history', path + cursor)
        ledger.push(...page.body)
        cursor = page.answer.nextCursor
      }
      return ledger
    },

    async readAnalytics(userId: number, currency: string): Promise<Analytics> {
      const path = `/v1/users/${userId}/analytics?currency=${currency}`
      return (await read<Analytics>('A request for analytics', path)).body
    },

    async readDays(userId: number, currency: string): Promise<DailyAnalytics[]> {
      const path = `/v1/users/${userId}/analytics/daily?currency=${currency}`
      return (await read<DailyAnalytics[]>('A request for daily analytics', path)).body
    },

    /** The service's metrics; undefined when it does not show them here. */
    async readMetrics(): Promise<string | undefined> {
      const { status, text } = await send('/metrics')
      return status === 200 ? text : undefined
    },
  }
}
