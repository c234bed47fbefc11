import type pg from 'pg'
import { StartupError } from '../../errors.ts'
import { connectDedicated } from '../dedicated-connection.ts'
import { codeOf } from '../errors.ts'
import { superuserUrl } from './address.ts'

/** Where a server listens and how to log in. */
export interface Access {
  readonly port: number
  /** The superuser's. */
  readonly password: string
  /** Named in error messages. */
  readonly pgdata: string
}

/** Whoever takes over a server waits until its owner has let go, however long. */
const LIMITS = { statement: 0, lock: 0, connect: 5_000 }
/** PostgreSQL's code for a wrong password. */
const INVALID_PASSWORD = '28P01'

/**
 * Opens a session on the maintenance database, which always exists and which nobody clones or
 * drops. The session may end at any time; later errors reach whoever runs the next query.
 *
 * @throws StartupError if the password is not the one the data folder was created with
 */
export async function connectMaintenance(access: Access): Promise<pg.Client> {
  const url = `${superuserUrl(access.port, access.password, 'postgres')}?sslmode=disable`
  return await connectDedicated(url, 'passbook-owner', LIMITS).catch((error: unknown) => {
    if (codeOf(error) !== INVALID_PASSWORD) throw error
    throw new StartupError(
      `The password given for the embedded database is not the one that ${access.pgdata} was made with; bring the old one back, or delete that folder to start from nothing.`,
      { cause: error },
    )
  })
}
