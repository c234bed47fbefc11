import type { LoadConnection } from '../../database/copy-in.ts'
import type { Caller } from '../../http/auth.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import type { UserLookup } from '../users/users.public.ts'
import type { RowReader } from './row-reader.ts'
import { TransactionLoad } from './transaction-load.ts'

interface Deps {
  readonly crypto: FieldCrypto
  readonly lookup: UserLookup
  readonly reader: RowReader
}

export type TransactionImport = ReturnType<typeof createTransactionImport>

/** Loads transactions from a file. */
export function createTransactionImport({ crypto, lookup, reader }: Deps) {
  return {
    reader,

    /**
     * @param caller the account that loads
     * @param withReferences whether rows have references: those that exist already are skipped
     */
    open(
      connection: LoadConnection,
      caller: Caller,
      requestId: string,
      withReferences: boolean,
    ): TransactionLoad {
      return new TransactionLoad({ connection, crypto, lookup, caller, requestId, withReferences })
    },
  }
}
