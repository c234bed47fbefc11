import type { Previewer } from '../loader.ts'
import { previewRecords } from '../records/preview-records.ts'
import { openRecords } from '../records/record-file.ts'
import { USER_SHAPE } from '../shapes.ts'
import { checkUser, type GivenUser } from './user-record.ts'

const shown = ({ user, employment, account }: GivenUser): Record<string, string | null> => ({
  name: user.name,
  email: user.email,
  age: user.age == null ? null : String(user.age),
  pincode: user.pincode ?? null,
  company_name: employment?.companyName ?? null,
  job_title: employment?.jobTitle ?? null,
  bank_name: account?.bank_name ?? null,
  account_number: account?.account_number ?? null,
  ifsc_code: account?.ifsc_code ?? null,
})

/**
 * Shows what the rows of a file of users would be. Addresses and account numbers are not compared
 * with those of others.
 *
 * @throws ImportError `columns`, and the errors of reading
 */
export const previewUsers: Previewer = async (context) =>
  await previewRecords(
    await openRecords(
      context,
      () => USER_SHAPE,
      () => checkUser,
    ),
    shown,
  )
