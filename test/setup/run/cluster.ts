import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { SERVICE_ROLE } from '../../../src/database/embedded/address.ts'
import { startEmbeddedPostgres } from '../../../src/database/embedded/embedded-postgres.ts'
import { migrate } from '../../../src/database/migrate.ts'
import { startRun } from './run.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A PostgreSQL server for the whole run; its database `template_passbook` is migrated. */
    readonly serverUrl: string
    /** Its superuser's URL, to look at what the service may not see. */
    readonly superuserUrl: string
  }
}

/** The database that each test database is copied from. */
export const TEMPLATE = 'template_passbook'

async function administer(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}

/** Starts one PostgreSQL for the run, and migrates a template once. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Vitest does not remove its own temporary folders when it is killed.
  const run = await startRun(project.vitest.projects.map(({ tmpDir }) => tmpDir))
  const dataDir = join(run.folder, 'cluster')
  const postgres = await startEmbeddedPostgres({ dataDir, password: 'test', fast: true })
  const url = new URL(postgres.url)
  url.pathname = '/postgres'
  // Each test has a database of its own; beyond that the role has no right that Passbook has not.
  await administer(postgres.superuserUrl, `ALTER ROLE ${SERVICE_ROLE} CREATEDB`)
  await administer(url.href, `CREATE DATABASE ${TEMPLATE}`)
  url.pathname = `/${TEMPLATE}`
  await migrate(url.href)
  project.provide('serverUrl', postgres.url)
  project.provide('superuserUrl', postgres.superuserUrl)
  return async () => {
    await postgres.stop()
    run.finish()
  }
}
