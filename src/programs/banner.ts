import type { Config } from '../config.ts'
import { DOCS_PATH } from '../http/document/docs.ts'
import type { Paint } from '../lib/logging/paint.ts'
import type { Message } from '../lib/process.ts'
import type { KeptSecrets } from './kept-secrets.ts'

interface Facts {
  readonly url: string
  readonly config: Config
  readonly dataDir: string
  readonly kept: KeptSecrets | undefined
  /** Whether the first admin has the password of `kept` still. */
  readonly isPasswordKept: boolean
  readonly paint: Paint
  /** How long the start took. */
  readonly seconds: number
}

/** Where `npm run demo` looks for a service, and for its secrets. */
const USUAL = { PORT: 3000, DATA_DIR: '.data' } as const

/** Where the data is, without the password of a database URL. */
function dataOf({ config, dataDir }: Facts): string {
  if (config.DATABASE_URL === undefined) return dataDir
  const { hostname, port, pathname } = new URL(config.DATABASE_URL)
  return `PostgreSQL at ${hostname}:${port || '5432'}${pathname}`
}

/**
 * The first admin's user name. Has the password only if it was generated, is kept in DATA_DIR, and was not changed.
 */
function admin({ config, kept, isPasswordKept }: Facts) {
  const username = config.ADMIN_USERNAME ?? kept?.adminUsername
  const password = isPasswordKept ? kept?.adminPassword : undefined
  return { username, password }
}

/** How to log in, as lines of name and value. */
function logIn(facts: Facts): (readonly [string, string])[] {
  const { url, config, paint } = facts
  const { username, password } = admin(facts)
  const unknown =
    config.ADMIN_PASSWORD === undefined ? 'changed since the first start' : 'that of ADMIN_PASSWORD'
  if (username === undefined) {
    return [['Admin', 'none created (set ADMIN_USERNAME and ADMIN_PASSWORD)']]
  }
  return [
    ['Log in at', paint('bold', `${url}/`)],
    ['User name', paint('bold', username)],
    ['Password', password === undefined ? unknown : paint('bold', password)],
  ]
}

/** How to have something to look at. Only on data of one's own: samples are no part of a real installation. */
function hint({ url, config, kept }: Facts): string {
  if (kept === undefined) return ''
  const folder = config.DATA_DIR === USUAL.DATA_DIR ? '' : `DATA_DIR='${config.DATA_DIR}' `
  const place = config.PORT === USUAL.PORT ? '' : ` --url ${url}`
  return `For something to look at, in another terminal:\n  ${folder}npm run demo -- --into-running${place}\n`
}

/** The message after the start: how to log in, addresses and data. */
export function banner(facts: Facts): Message {
  const { url, config, paint, seconds } = facts
  const data = dataOf(facts)
  const isOwn = config.DATABASE_URL === undefined
  const line = ([name, value]: readonly [string, string]) => `  ${name.padEnd(11)} ${value}\n`
  const places: (readonly [string, string])[] = [
    ['Swagger UI', `${url}${DOCS_PATH}`],
    ['API', `${url}/v1`],
    ['Data', `${data}${isOwn ? ' (deleting it is a factory reset)' : ''}`],
  ]
  const sections = [
    `${paint(['bold', 'green'], 'Passbook is ready')} after ${seconds.toFixed(1)} s.\n`,
    logIn(facts).map(line).join(''),
    places.map(line).join(''),
    `${hint(facts)}Ctrl-C stops it.\n`,
  ]
  return {
    document: { url, docs: `${url}${DOCS_PATH}`, data, admin: admin(facts) },
    text: `\n${sections.join('\n')}\n`,
  }
}
