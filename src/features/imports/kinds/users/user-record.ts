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

/** The given ones of some fields; undefined if none is. */
function given(
  values: RecordValues,
  fields: readonly string[],
): Record<string, unknown> | undefined {
  let found: Record<string, unknown> | undefined
  for (const field of fields) {
    if (values[field] === undefined) continue
    found ??= {}
    found[field] = values[field]
  }
  return found
}

function employmentOf(values: RecordValues): Checked<EmploymentDraft> | undefined {
  const sent = given(values, ['company_name', 'job_title'])
  if (sent === undefined) return undefined
  sent['is_current'] = true
  const input = readEmployment(sent)
  return input instanceof AppError ? input : attempt(() => draftEmployment(input))
}

function accountOf(values: RecordValues): Checked<BankAccountCreate> | undefined {
  const sent = given(values, ['bank_name', 'account_number', 'ifsc_code'])
  if (sent === undefined) return undefined
  sent['is_primary'] = true
  return readAccount(sent)
}

/**
 * Checks a row like the requests that create the user, the current employment and the primary
 * account.
 */
export function checkUser(values: RecordValues): Checked<GivenUser> {
  const { age } = values
  const sent = given(values, ['name', 'email', 'pincode']) ?? {}
  if (age !== undefined) sent['age'] = WHOLE_NUMBER.test(age) ? Number(age) : age
  const user = readUser(sent)
  const employment = employmentOf(values)
  const account = accountOf(values)
  if (user instanceof AppError || employment instanceof AppError || account instanceof AppError) {
    return invalid(
      [user, employment, account].flatMap((part) =>
        part instanceof AppError ? (part.options.errors ?? []) : [],
      ),
    )
  }
  return { user, employment, account }
}
