import type { FieldCrypto } from '../../../../lib/crypto.ts'
import type { Loader } from '../loader.ts'
import { loadRecords } from '../records/load-records.ts'
import { openRecords } from '../records/record-file.ts'
import { USER_SHAPE } from '../shapes.ts'
import { createPrepareUsers } from './prepare-users.ts'
import { USER_LOTS, UserLoad } from './user-load.ts'
import { checkUser } from './user-record.ts'

/**
 * Memory of the server for search tokens that wait to be indexed. A beginning that many users have is
 * indexed once for all that wait: with the usual 4 MB the database works a tenth longer.
 */
const INDEXING_MEMORY = '64MB'

/**
 * Creates the loader of users with their employments and bank accounts. It refuses the whole row if
 * the e-mail address or the account number is in use. Users get no welcome mail unless the import
 * asks for it.
 *
 * @throws ImportError `columns`, and the errors of reading
 */
export function createUserLoader(crypto: FieldCrypto): Loader {
  return async (context) => {
    const { connection, requestId, options } = context
    const records = await openRecords(
      context,
      () => USER_SHAPE,
      () => checkUser,
    )
    await connection.run(
      `SELECT set_config('gin_pending_list_limit', $1, true), set_config('work_mem', $1, true)`,
      [INDEXING_MEMORY],
    )
    const welcome = options.welcome ? { requestId } : undefined
    const users = createPrepareUsers(crypto)
    try {
      return await loadRecords(
        context,
        records,
        new UserLoad(connection, users, welcome),
        USER_LOTS,
      )
    } finally {
      await users.close()
    }
  }
}
