/** What other features may import of transactions. */
export type { GivenTransaction, RowReader } from './row-reader.ts'
export type { TransactionImport } from './transaction-import.ts'
