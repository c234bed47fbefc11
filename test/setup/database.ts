import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { TEMPLATE } from './run/cluster.ts'

async function administer(serverUrl: string, statement: string): Promise<void> {
  const url = new URL(serverUrl)
  url.pathname = '/postgres'
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}

/** A migrated database that only the caller uses. */
export interface TestDatabase {
  readonly url: string
  /** The superuser's URL, to look at what the service may not see. */
  readonly superuserUrl: string
  /** Runs one statement, bypassing Passbook. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>
  drop(): Promise<void>
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  // Copying files costs half of what copying pages through the log does, to create and to drop.
  await administer(
    inject('serverUrl'),
    `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} STRATEGY FILE_COPY`,
  )
  const url = new URL(inject('serverUrl'))
  url.pathname = `/${name}`
  const superuserUrl = new URL(inject('superuserUrl'))
  superuserUrl.pathname = `/${name}`
  const pool = new pg.Pool({ connectionString: url.href, max: 3 })
  pool.on('error', () => undefined)
  return {
    url: url.href,
    superuserUrl: superuserUrl.href,
    query: async (text, values) => (await pool.query(text, values && [...values])).rows,
    async drop() {
      await pool.end()
      // Only a superuser may end an autovacuum that is at work in it.
      await administer(inject('superuserUrl'), `DROP DATABASE ${name} WITH (FORCE)`)
    },
  }
}
