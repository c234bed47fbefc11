import { type Given, usageError } from '../../lib/command-line.ts'
import { demoCommand } from '../commands.ts'
import type { KeptSecrets } from '../kept-secrets.ts'

/** A running service, and an account of staff or an admin there. */
export interface Service {
  readonly url: string
  readonly credentials: { readonly username: string; readonly password: string }
}

/** What the command line asks for. */
export interface Options {
  /** The CSV files; without them a sample is made. */
  readonly files?: { readonly users: string; readonly transactions: string }
  /** Without it one is started. */
  readonly service?: Service
  /** Whether its customers are to be looked at: with employments, bank accounts and the like, until today. */
  readonly fills?: boolean
}

/** The account of a service whose secrets lie in this folder. */
type Kept = Pick<KeptSecrets, 'adminUsername' | 'adminPassword'>

const USUAL_PORT = '3000'

/**
 * Reads what the command line asks for.
 *
 * @param kept the first admin of the Passbook of DATA_DIR, for a service that is filled
 * @throws UsageError in one sentence on what is not understood
 */
export function readOptions(
  { options, positionals }: Given<typeof demoCommand>,
  env: Readonly<Record<string, string | undefined>>,
  kept?: Kept,
): Options {
  const [users, transactions] = positionals
  if (users !== undefined && transactions === undefined) {
    throw usageError(demoCommand, 'There are two files, of users and of transactions, or none')
  }
  const input = users && transactions ? { files: { users, transactions } } : {}
  const fills = options['into-running']
  const usual = fills ? `http://127.0.0.1:${env['PORT'] || USUAL_PORT}` : undefined
  const { url = usual } = options
  const { username = env['DEMO_USERNAME'] ?? kept?.adminUsername } = options
  const { password = env['DEMO_PASSWORD'] ?? kept?.adminPassword } = options
  if (url === undefined) {
    if (options.username === undefined && options.password === undefined) return input
    throw usageError(demoCommand, '--username and --password go with --url or --into-running')
  }
  if (!/^https?:/.test(url) || !URL.canParse(url)) {
    throw usageError(demoCommand, '--url takes an address such as http://127.0.0.1:3000')
  }
  if (!username || !password) {
    throw usageError(
      demoCommand,
      'A running service needs --username and --password (or DEMO_USERNAME and DEMO_PASSWORD) of a staff or admin account',
    )
  }
  if (fills && users !== undefined) throw usageError(demoCommand, '--into-running takes no files')
  const service = { url: url.replace(/\/+(v1\/*)?$/, ''), credentials: { username, password } }
  return { ...input, service, ...(fills && { fills }) }
}
