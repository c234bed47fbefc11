import { type Given, usageError } from '../../lib/command-line.ts'
import { demoCommand } from '../commands.ts'

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
}

/** @throws UsageError in one sentence on what is not understood */
export function readOptions(
  { options, positionals }: Given<typeof demoCommand>,
  env: Readonly<Record<string, string | undefined>>,
): Options {
  const [users, transactions] = positionals
  if (users !== undefined && transactions === undefined) {
    throw usageError(demoCommand, 'There are two files, of users and of transactions, or none')
  }
  const input = users && transactions ? { files: { users, transactions } } : {}
  const { url, username = env['DEMO_USERNAME'], password = env['DEMO_PASSWORD'] } = options
  if (url === undefined) {
    if (options.username === undefined && options.password === undefined) return input
    throw usageError(demoCommand, '--username and --password go with --url')
  }
  if (!/^https?:/.test(url) || !URL.canParse(url)) {
    throw usageError(demoCommand, '--url takes an address such as http://127.0.0.1:3000')
  }
  if (!username || !password) {
    throw usageError(
      demoCommand,
      '--url needs --username and --password (or DEMO_USERNAME and DEMO_PASSWORD) of a staff or admin account',
    )
  }
  const address = url.replace(/\/+(v1\/*)?$/, '')
  return { ...input, service: { url: address, credentials: { username, password } } }
}
