import { parseArgs } from 'node:util'
import { badInput } from './errors.ts'

export const USAGE =
  'Usage: npm run demo -- [USERS.csv TRANSACTIONS.csv] [--url URL --username NAME --password PASSWORD]'

/** An account of a running service. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/** What the command line asks for. */
export interface Options {
  readonly help: boolean
  /** The CSV files; without them a sample is made. */
  readonly files?: { readonly users: string; readonly transactions: string }
  /** A service that runs already; without it one is started. */
  readonly service?: { readonly url: string; readonly credentials: Credentials }
}

function readArguments(args: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { url: text, username: text, password: text, help: { type: 'boolean' } },
    })
  } catch (error) {
    throw badInput(`${(error as Error).message.split('. ')[0]}. ${USAGE}`)
  }
}

/** The address without a path: the API's own paths are added by the client. */
function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw badInput('--url has to be an address such as http://127.0.0.1:3000.')
  }
  return `${url.origin}${url.pathname.replace(/\/+(v1\/*)?$/, '')}`
}

/**
 * Reads the command line; a user name and password not on it come from `DEMO_USERNAME` and
 * `DEMO_PASSWORD`.
 *
 * @throws DemoError with exit code 2 and the usage
 */
export function readOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Options {
  const { positionals, values } = readArguments(args)
  const [users, transactions, ...more] = positionals
  if (more.length > 0 || (users !== undefined && transactions === undefined)) {
    throw badInput(`Give two files, of users and of transactions, or none. ${USAGE}`)
  }
  const options = {
    help: values.help ?? false,
    ...(users !== undefined && transactions !== undefined && { files: { users, transactions } }),
  }
  if (values.url === undefined) {
    if (values.username !== undefined || values.password !== undefined) {
      throw badInput(`--username and --password go with --url. ${USAGE}`)
    }
    return options
  }
  const username = values.username ?? env['DEMO_USERNAME']
  const password = values.password ?? env['DEMO_PASSWORD']
  if (!username || !password) {
    throw badInput(
      'With --url the demo needs --username and --password (or DEMO_USERNAME and DEMO_PASSWORD) of a staff or admin account.',
    )
  }
  return { ...options, service: { url: readUrl(values.url), credentials: { username, password } } }
}
