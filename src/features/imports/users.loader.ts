import type { FieldCrypto } from '../../platform/crypto.ts'
import type { Loader } from './imports.loader.ts'
import { loadRecords } from './records.load.ts'
import { openRecords } from './records.rows.ts'
import { UserLoad } from './users.load.ts'
import { checkUser, USER_SHAPE } from './users.record.ts'

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
