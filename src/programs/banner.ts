import type { Config } from '../config.ts'
import { DOCS_PATH } from '../http/docs.ts'
import type { Message } from '../lib/process.ts'
import type { KeptSecrets } from './kept-secrets.ts'

interface Facts {
  readonly url: string
  readonly config: Config
  readonly dataDir: string
  readonly kept: KeptSecrets | undefined
}

/** Where the data is, without the password of a database URL. */
function dataOf({ config, dataDir }: Facts): string {
  if (config.DATABASE_URL === undefined) return dataDir
  const { hostname, port, pathname } = new URL(config.DATABASE_URL)
  return `PostgreSQL at ${hostname}:${port || '5432'}${pathname}`
}

/**
 * The first admin's user name. Has the password only if it was generated and is kept in DATA_DIR.
 */
function admin({ config, kept }: Facts) {
  const username = config.ADMIN_USERNAME ?? kept?.adminUsername
  const password = config.ADMIN_PASSWORD === undefined ? kept?.adminPassword : undefined
  return { username, password }
}

function describeAdmin({ username, password }: ReturnType<typeof admin>): string {
  if (username === undefined) return 'none created (set ADMIN_USERNAME and ADMIN_PASSWORD)'
  return password === undefined
    ? `${username}, with the password in ADMIN_PASSWORD`
    : `${username} / ${password}`
}

/** The message after the start: addresses, data and admin. */
export function banner(facts: Facts): Message {
  const { url } = facts
  const data = dataOf(facts)
  const first = admin(facts)
  return {
    document: { url, docs: `${url}${DOCS_PATH}`, data, admin: first },
    text: `
Passbook is ready.

  Swagger UI  ${url}${DOCS_PATH}
  API         ${url}/v1
  Data        ${data}${facts.config.DATABASE_URL === undefined ? ' (deleting it is a factory reset)' : ''}
  Admin       ${describeAdmin(first)}

Ctrl-C stops it.

`,
  }
}
