import type { FieldCrypto } from '../../../../lib/crypto.ts'
import type { Loader } from '../loader.ts'
import { loadRecords } from '../records/load-records.ts'
import { openRecords } from '../records/record-file.ts'
import { UserLoad } from './store-users.ts'
import { checkUser, USER_SHAPE } from './user-record.ts'

/**
 * Makes what loads users with their employments and bank accounts. Rows whose address or account number is in
 * use are refused as a whole.
 *
 * @throws ImportError `columns`, and what reading throws
 */
export function createUserLoader(crypto: FieldCrypto): Loader {
  return async (job) => {
    const records = await openRecords(job, USER_SHAPE, () => checkUser)
    return await loadRecords(job, records, new UserLoad(job.connection, crypto))
  }
}
