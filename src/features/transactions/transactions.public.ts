/** What other features may import of transactions. */
export type { TransactionImport } from './transaction-import.ts'
