import { createHmac } from 'node:crypto'

/** The superuser of the data folder. It creates the database, and holds the lock of the server's owner. */
export const SUPERUSER = 'passbook'
/** The role that Passbook works as: it owns its database, and may do nothing else to the server. */
export const SERVICE_ROLE = 'passbook_service'

/** The password of the service's role, which does not tell the superuser's. */
export const servicePassword = (password: string): string =>
  createHmac('sha256', password).update(SERVICE_ROLE).digest('base64url')

const address = (role: string, password: string, port: number, database: string): string =>
  `postgresql://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`

/** The superuser's `postgresql://` URL of an embedded server. It contains the password: never log it. */
export const superuserUrl = (port: number, password: string, database: string): string =>
  address(SUPERUSER, password, port, database)

/**
 * The service's `postgresql://` URL of an embedded server. It contains a password: never log it.
 *
 * @param password the superuser's
 */
export const serviceUrl = (port: number, password: string, database: string): string =>
  address(SERVICE_ROLE, servicePassword(password), port, database)
