import type { FieldCrypto } from '../../../../lib/crypto.ts'
import type { Loader } from '../loader.ts'
import { loadRecords } from '../records/load-records.ts'
import { openRecords } from '../records/record-file.ts'
import { USER_SHAPE } from '../shapes.ts'
import { UserLoad } from './user-load.ts'
import { checkUser } from './user-record.ts'

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
    const welcome = options.welcome ? { requestId } : undefined
    return await loadRecords(context, records, new UserLoad(connection, crypto, welcome))
  }
}
