import { readFile, stat } from 'node:fs/promises'
import { StartupError } from '../../errors.ts'

/** The system account that PostgreSQL runs as. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/**
 * Whose account to run PostgreSQL under when we are root, as whom it refuses to run: the owner of
 * the data folder if there is one, else `postgres`, else `nobody`. No account is ever created.
 *
 * @returns undefined when we are not root: PostgreSQL then runs as we do
 * @throws StartupError when there is no such account, or the data folder belongs to root
 */
export async function chooseAccount(pgdata: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const owner = await stat(pgdata).catch(() => undefined)
  if (owner?.uid === 0) {
    throw new StartupError(
      `${pgdata} belongs to root, as whom PostgreSQL refuses to run; give it to another user with chown -R, or set DATABASE_URL.`,
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
