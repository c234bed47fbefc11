import { readFile, stat } from 'node:fs/promises'
import { StartupError } from '../../errors.ts'

/** The system account that PostgreSQL runs as. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/**
 * Chooses the account for PostgreSQL if we are root, since it refuses to run as root: the owner of
 * the data folder if it exists, else `postgres`, else `nobody`. Never creates an account.
 *
 * @returns undefined if we are not root; PostgreSQL then runs as the same user
 * @throws StartupError if there is no such account, or the data folder belongs to root
 */
export async function chooseAccount(pgdata: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const owner = await stat(pgdata).catch(() => undefined)
  if (owner?.uid === 0) {
    throw new StartupError(
      `${pgdata} belongs to root, but PostgreSQL refuses to run as root; give it to another user with chown -R, or set DATABASE_URL.`,
    )
  }
  if (owner) return { uid: owner.uid, gid: owner.gid }
  const accounts = await readAccounts()
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.get(name)
    if (account) return account
  }
  throw new StartupError(
    'PostgreSQL refuses to run as root, and this system has neither a postgres nor a nobody account; run Passbook as another user, or set DATABASE_URL.',
  )
}

async function readAccounts(): Promise<ReadonlyMap<string, Account>> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const lines = text.split('\n').map((line) => line.split(':'))
  return new Map(
    lines.flatMap(([name, , uid, gid]) =>
      name && Number(uid) > 0 && gid ? [[name, { uid: Number(uid), gid: Number(gid) }]] : [],
    ),
  )
}
