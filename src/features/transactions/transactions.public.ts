/** All that other features may know of transactions. */
export type { TransactionImport } from './transaction-import.ts'
