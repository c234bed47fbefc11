import { AppError, invalid } from '../../../../errors.ts'
import { BankAccountCreate, EmploymentCreate, UserCreate } from '../../../../generated/schemas.ts'
import { attempt, type Checked, itemReader } from '../../../../http/bulk.ts'
import { draftEmployment, type EmploymentDraft } from '../../../employments/employments.public.ts'
import type { RecordValues } from '../records/record-file.ts'

/** A user of a file, with their employment and bank account. */
export interface GivenUser {
  readonly user: UserCreate
  readonly employment: EmploymentDraft | undefined
  readonly account: BankAccountCreate | undefined
}

const readUser = itemReader<UserCreate>(UserCreate)
const readEmployment = itemReader<EmploymentCreate>(EmploymentCreate)
const readAccount = itemReader<BankAccountCreate>(BankAccountCreate)

const WHOLE_NUMBER = /^\d{1,16}$/

const given = (values: RecordValues, fields: readonly string[]): RecordValues =>
  Object.fromEntries(
    fields.flatMap((field) => (values[field] === undefined ? [] : [[field, values[field]]])),
  )

function employmentOf(values: RecordValues): Checked<EmploymentDraft> | undefined {
  const sent = given(values, ['company_name', 'job_title'])
  if (Object.keys(sent).length === 0) return undefined
  const input = readEmployment({ ...sent, is_current: true })
  return input instanceof AppError ? input : attempt(() => draftEmployment(input))
}

function accountOf(values: RecordValues): Checked<BankAccountCreate> | undefined {
  const sent = given(values, ['bank_name', 'account_number', 'ifsc_code'])
  return Object.keys(sent).length === 0 ? undefined : readAccount({ ...sent, is_primary: true })
}

/**
 * Checks a row like the requests that create the user, the current employment and the primary
 * account.
 */
export function checkUser(values: RecordValues): Checked<GivenUser> {
  const { age } = values
  const user = readUser({
    ...given(values, ['name', 'email', 'pincode']),
    ...(age !== undefined && { age: WHOLE_NUMBER.test(age) ? Number(age) : age }),
  })
  const employment = employmentOf(values)
  const account = accountOf(values)
  const errors = [user, employment, account].flatMap((part) =>
    part instanceof AppError ? (part.options.errors ?? []) : [],
  )
  return errors.length > 0
    ? invalid(errors)
    : {
        user: user as UserCreate,
        employment: employment as EmploymentDraft | undefined,
        account: account as BankAccountCreate | undefined,
      }
}
