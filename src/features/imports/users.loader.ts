import type { FieldCrypto } from '../../platform/crypto.ts'
import type { Loader } from './imports.loader.ts'
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
    const { file } = records
    const load = new UserLoad(job.connection, crypto)
    job.found({ dialect: file.dialect, columns: records.shown() })
    const counts = () => ({ read: file.rowsRead, loaded: load.loaded, skipped: 0 })
    for await (const batch of records.batches()) {
      job.signal.throwIfAborted()
      const outcomes = await load.add(batch.items)
      outcomes.forEach((error, index) => {
        if (error) batch.refuse(index, error)
      })
      await job.rejects.settle()
      job.count(counts())
    }
    await load.end()
    return { dialect: file.dialect, columns: records.shown(), counts: counts() }
  }
}
