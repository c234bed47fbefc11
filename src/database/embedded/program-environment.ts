import type { Account } from './account.ts'

/**
 * The data folder argument for PostgreSQL's programs, which are always started inside that folder.
 *
 * Under root they run as another user, who may be unable to reach the folder by its path: it may
 * be below a 0700 home. On Linux `/proc/self/cwd` leads straight to the working folder, bypassing
 * its parents' permissions. PostgreSQL uses paths relative to its data folder for everything else.
 */
export function dataArgument(pgdata: string, account: Account | undefined): string {
  return account && process.platform === 'linux' ? '/proc/self/cwd' : pgdata
}

/**
 * The environment of PostgreSQL's programs. It excludes ours: our secrets would be readable by the
 * other user, and settings such as PGDATA would affect the server.
 */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot', 'TEMP', 'TMP'] as const
  const entries = kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))
  return { ...Object.fromEntries(entries), LC_ALL: 'C', TZ: 'UTC' }
}
