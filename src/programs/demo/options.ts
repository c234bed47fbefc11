import { type Given, usageError } from '../../lib/command-line.ts'
import { demoCommand } from '../commands.ts'

/** An account of a running service. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/** What the command line asks for. */
export interface Options {
  /** The CSV files; without them a sample is made. */
  readonly files?: { readonly users: string; readonly transactions: string }
  /** A service that runs already; without it one is started. */
  readonly service?: { readonly url: string; readonly credentials: Credentials }
}

/** The address without a path: the API's own paths are added by the client. */
function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw usageError(demoCommand, '--url takes an address such as http://127.0.0.1:3000')
  }
  return `${url.origin}${url.pathname.replace(/\/+(v1\/*)?$/, '')}`
}

/**
 * Reads the command line; a user name and password not on it come from `DEMO_USERNAME` and
 * `DEMO_PASSWORD`.
 *
 * @throws UsageError in one sentence on what is not understood
 */
export function readOptions(
  { options, positionals }: Given<typeof demoCommand>,
  env: Readonly<Record<string, string | undefined>>,
): Options {
  const [users, transactions] = positionals
  if (users !== undefined && transactions === undefined) {
    throw usageError(demoCommand, 'There are two files, of users and of transactions, or none')
  }
  const input =
    users !== undefined && transactions !== undefined ? { files: { users, transactions } } : {}
  if (options.url === undefined) {
    if (options.username !== undefined || options.password !== undefined) {
      throw usageError(demoCommand, '--username and --password go with --url')
    }
    return input
  }
  const username = options.username ?? env['DEMO_USERNAME']
  const password = options.password ?? env['DEMO_PASSWORD']
  if (!username || !password) {
    throw usageError(
      demoCommand,
      '--url needs --username and --password (or DEMO_USERNAME and DEMO_PASSWORD) of a staff or admin account',
    )
  }
  return { ...input, service: { url: readUrl(options.url), credentials: { username, password } } }
}
