import type { Config } from '../config.ts'
import { DOCS_PATH } from '../http/docs.ts'
import type { KeptSecrets } from './kept-secrets.ts'

interface Facts {
  readonly url: string
  readonly config: Config
  readonly dataDir: string
  readonly kept: KeptSecrets | undefined
}

/** Where the data is, without the password a database URL may hold. */
function describeData({ config, dataDir }: Facts): string {
  if (config.DATABASE_URL === undefined) return `${dataDir} (deleting it is a factory reset)`
  const { hostname, port, pathname } = new URL(config.DATABASE_URL)
  return `PostgreSQL at ${hostname}:${port || '5432'}${pathname}`
}

/** The first admin's user name; the password only where it was generated and is kept here. */
function describeAdmin({ config, kept }: Facts): string {
  const name = config.ADMIN_USERNAME ?? kept?.adminUsername
  if (name === undefined) return 'none created here (set ADMIN_USERNAME and ADMIN_PASSWORD)'
  const password = config.ADMIN_PASSWORD === undefined ? kept?.adminPassword : undefined
  return password === undefined
    ? `${name}, password as given in ADMIN_PASSWORD`
    : `${name} / ${password}`
}

/** Tells whoever started Passbook where everything is. */
export function printBanner(facts: Facts): void {
  const { url } = facts
  process.stdout.write(`
Passbook is ready.

  Swagger UI  ${url}${DOCS_PATH}
  API         ${url}/v1
  Data        ${describeData(facts)}
  Admin       ${describeAdmin(facts)}

Ctrl-C stops it.

`)
}
