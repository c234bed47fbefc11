import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Environment } from '../../config.ts'
import type { IntegrityProblem } from '../../generated/schemas.ts'

/** What a run has checked so far. */
export interface Progress {
  /** The database, without credentials. */
  readonly database: string
  /** All users before this one were checked. */
  nextUserId: string
  users: number
  versions: number
  transactions: number
  /** How many problems were found; the first of them are kept. */
  found: number
  readonly problems: IntegrityProblem[]
}

function nameOf({ DATABASE_URL }: Environment): string {
  if (DATABASE_URL === undefined) return 'embedded'
  const { host, pathname } = new URL(DATABASE_URL)
  return `${host}${pathname}`
}

/** Keeps where a run was in DATA_DIR, so that the next one goes on there. */
export function openProgress(environment: Environment) {
  const folder = resolve(environment.DATA_DIR)
  const file = join(folder, 'verify.json')
  const database = nameOf(environment)

  function read(): Progress | undefined {
    try {
      const kept = JSON.parse(readFileSync(file, 'utf8')) as Progress
      return kept.database === database ? kept : undefined
    } catch {
      return undefined
    }
  }

  return {
    file,
    /** What the last run on this database left; undefined if it came to its end. */
    read,
    begin: (): Progress => ({
      database,
      nextUserId: '1',
      users: 0,
      versions: 0,
      transactions: 0,
      found: 0,
      problems: [],
    }),
    save(progress: Progress): void {
      mkdirSync(folder, { recursive: true })
      writeFileSync(`${file}.new`, JSON.stringify(progress))
      renameSync(`${file}.new`, file)
    },
    clear: () => rmSync(file, { force: true }),
  }
}
