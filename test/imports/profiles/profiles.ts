import { expect } from 'vitest'
import type { ImportProfileOptions } from '../../../src/generated/schemas.ts'
import type { TestService } from '../../setup/service.ts'
import { newName } from '../imports.ts'

/** Options by which statements of a bank are read. */
export const BANK: ImportProfileOptions = {
  date_order: 'dmy',
  amounts: 'accounting',
  column: { transaction_date: 'Tag', transaction_amount: 'Betrag' },
}

/** Keeps a profile. @returns its name */
export async function keepProfile(
  { call }: TestService,
  token: string,
  options: ImportProfileOptions = BANK,
  kind = 'transactions',
): Promise<string> {
  const name = newName()
  const { status } = await call('createImportProfile', { token, body: { name, kind, options } })
  expect(status).toBe(201)
  return name
}
