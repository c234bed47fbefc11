import pg from 'pg'
import { inTime } from '../../src/lib/in-time.ts'

/** A wait for the database in these checks is no wait of the service's. */
const MAX_STATEMENT_MS = 60_000
/** The server answers a goodbye at once, unless it stands still. */
const MAX_GOODBYE_MS = 2_000

/**
 * Opens one connection past the service.
 *
 * @throws Error when the server does not let us in
 */
export async function openClient(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'chaos',
  })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** Ends a connection, also when its server does not answer any more. */
export async function closeClient(client: pg.Client): Promise<void> {
  await inTime(client.end(), MAX_GOODBYE_MS).catch(() => client.connection.stream.destroy())
}

/** Runs one statement on a connection of its own. @returns its rows */
export async function runSql<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = await openClient(url)
  try {
    const query = { text, values: [...values], query_timeout: MAX_STATEMENT_MS }
    return (await client.query<Row>(query)).rows
  } finally {
    await closeClient(client)
  }
}
