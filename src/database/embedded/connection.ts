import pg from 'pg'
import { StartupError } from '../../errors.ts'
import { DATABASE_USER } from './settings.ts'

/** Where a server listens and how to log in. */
export interface Access {
  readonly port: number
  readonly password: string
  /** Named in errors. */
  readonly pgdata: string
}

/**
 * Opens a session on the maintenance database, which always exists and which nobody clones or
 * drops. Errors after that reach whoever runs the next query; the session may end at any time.
 *
 * @throws StartupError when the password is not the one the data folder was made with
 */
export async function connectMaintenance(access: Access): Promise<pg.Client> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: access.port,
    user: DATABASE_USER,
    password: access.password,
    database: 'postgres',
    ssl: false,
    application_name: 'passbook-owner',
    connectionTimeoutMillis: 5000,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return client
  } catch (error) {
    await client.end().catch(() => undefined)
    if ((error as { code?: string }).code !== '28P01') throw error
    throw new StartupError(
      `The password given for the embedded database is not the one that ${access.pgdata} was made with; bring the old one back, or delete that folder to start from nothing.`,
      { cause: error },
    )
  }
}
