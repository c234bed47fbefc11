/** All that other features may know of bank accounts. */
export { draftBankAccount, toColumns as bankAccountColumns } from './fields.ts'
