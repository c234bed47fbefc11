import {
  ConnectionError,
  createPassbook,
  getMe,
  getMetrics,
  type Passbook,
  Problem,
  TimeoutError,
} from '#sdk'
import { StartupError } from '../../errors.ts'
import type { Service } from './options.ts'

const TIMEOUT_SECONDS = 60
/** How often a request is sent again when the service has too much to do. */
const RETRIES = 20

/**
 * Logs in to a service.
 *
 * @param signal ends every request, with its reason as the error
 * @throws StartupError when the service cannot be reached, or the credentials are wrong
 */
export async function openClient(
  { url, credentials }: Service,
  signal: AbortSignal,
): Promise<Passbook> {
  const client = createPassbook({
    baseUrl: url,
    credentials: { kind: 'tokens', login: credentials },
    retry: { limit: RETRIES },
    timeoutSeconds: TIMEOUT_SECONDS,
    signal,
  })
  await inWords(url, () => getMe({ client }))
  return client
}

/**
 * Has what went wrong with a service told in one sentence. The `detail` of a problem is left out: it could hold input.
 *
 * @throws StartupError in place of an error of the SDK
 */
export async function inWords<T>(url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ConnectionError) {
      throw new StartupError(`The service at ${url} cannot be reached (${reasonOf(error)}).`)
    }
    if (error instanceof TimeoutError) throw new StartupError(error.message)
    if (!(error instanceof Problem)) throw error
    const { status, code } = error
    const isWrong = code === 'invalid_credentials'
    throw new StartupError(
      isWrong
        ? 'The user name or the password is wrong.'
        : `The service answered with ${status} ${code}.`,
    )
  }
}

/** Such as ECONNREFUSED. */
function reasonOf({ cause, message }: ConnectionError): string {
  const reason = (cause as Error | undefined)?.cause as NodeJS.ErrnoException | undefined
  return reason?.code ?? message
}

/** How many changes reached the figures, after how many seconds in all; zero where metrics are not shown. */
export async function readLag(client: Passbook) {
  const text = await getMetrics({ client }).then(
    ({ data }) => String(data),
    (error) => {
      if (error instanceof Problem) return ''
      throw error
    },
  )
  const read = (name: string) =>
    Number(new RegExp(`^passbook_event_lag_seconds_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0)
  return { count: read('count'), seconds: read('sum') }
}
