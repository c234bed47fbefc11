import { existsSync } from 'node:fs'
import { inProject, PrepareError } from './project.mjs'
import { runQuietly } from './run.mjs'
import { fingerprintOf, isStamped, stamp } from './stamps.mjs'

const STEP = 'databaseClient'

const fingerprint = () =>
  fingerprintOf(
    ['prisma/schema.prisma', 'prisma.config.ts', 'node_modules/prisma/package.json'].map((file) =>
      inProject(file),
    ),
  )

/**
 * Whether the database client is missing, or was made from another schema or by another Prisma
 * version.
 */
export const databaseClientNeeded = () =>
  !existsSync(inProject('src/generated/prisma/client.ts')) || !isStamped(STEP, fingerprint())

/** Generates the database client from the schema, suppressing Prisma's downloads and messages. */
export async function makeDatabaseClient() {
  const made = fingerprint()
  const { code, output } = await runQuietly(
    'Generating the database client from prisma/schema.prisma',
    process.execPath,
    [inProject('node_modules/prisma/build/index.js'), 'generate'],
    {
      env: {
        ...process.env,
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
      },
    },
  )
  if (code !== 0) {
    process.stderr.write(output)
    throw new PrepareError('The database client could not be generated; what Prisma said is above.')
  }
  stamp(STEP, made)
}
