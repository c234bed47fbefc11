/** What other features may import of bank accounts. */
export { draftBankAccount, toColumns as bankAccountColumns } from './fields.ts'
export { maskAccountNumber, maskAccountNumbersIn } from './mask.ts'
