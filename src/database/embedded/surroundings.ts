import type { Account } from './account.ts'

/**
 * How PostgreSQL's programs are told where their data is; they are always started inside it.
 *
 * Under root they run as another user, who may be unable to reach the folder by its path (a clone
 * below a 0700 home). Linux leads `/proc/self/cwd` straight to the working folder, past whatever
 * its parents forbid, and PostgreSQL uses paths relative to its data folder for all the rest.
 */
export function dataArgument(pgdata: string, account: Account | undefined): string {
  return account && process.platform === 'linux' ? '/proc/self/cwd' : pgdata
}

/**
 * The environment of PostgreSQL's programs: none of ours, which holds secrets that the other user
 * could read, and settings such as PGDATA that would reach the server.
 */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot', 'TEMP', 'TMP'] as const
  const entries = kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))
  return { ...Object.fromEntries(entries), LC_ALL: 'C', TZ: 'UTC' }
}
