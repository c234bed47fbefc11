import type { Database } from '../../database/client.ts'
import { StartupError } from '../../errors.ts'
import { hashPassword } from '../../lib/passwords/passwords.ts'
import type { UserService } from '../users/users.public.ts'

interface Deps {
  readonly database: Database
  readonly users: UserService
  readonly config: { readonly ADMIN_USERNAME?: string; readonly ADMIN_PASSWORD?: string }
}

/**
 * Creates the first admin if there is none. User name and password come from the configuration,
 * else from the `kept` secrets of an embedded database; without either, no admin is created. Of
 * several processes that start together, one wins on the unique user name; the others find its
 * admin.
 *
 * @throws StartupError when the user name belongs to an account that is no admin
 */
export async function ensureAdmin(
  { database, users, config }: Deps,
  kept?: { readonly adminUsername: string; readonly adminPassword: string },
): Promise<void> {
  const username = config.ADMIN_USERNAME ?? kept?.adminUsername
  const password = config.ADMIN_PASSWORD ?? kept?.adminPassword
  const countAdmins = () => database.user.count({ where: { role: 'admin' } })
  if (username === undefined || password === undefined || (await countAdmins()) > 0) return
  const passwordHash = await hashPassword(password)
  await users
    .create({ username, name: 'Administrator', passwordHash, role: 'admin' }, { source: 'start' })
    .catch(async (cause: unknown) => {
      if ((await countAdmins()) > 0) return
      throw new StartupError(
        'The first admin cannot be created: its user name is taken; set ADMIN_USERNAME to another one.',
        { cause },
      )
    })
}
