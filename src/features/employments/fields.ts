import type { Prisma } from '../../database/client.ts'
import { bodyError, type FieldError, invalid } from '../../errors.ts'
import type { EmploymentCreate, EmploymentUpdate } from '../../generated/schemas.ts'
import { caseless } from '../../lib/caseless.ts'

export type EmploymentRecord = Prisma.EmploymentGetPayload<object>

/** The fields of an employment that a request can set. */
export type EmploymentDraft = Omit<EmploymentRecord, 'id' | 'userId' | 'createdAt' | 'updatedAt'>

/** PostgreSQL has no year 0. */
const EARLIEST_DATE = '0001-01-01'

function checkDates(changes: EmploymentUpdate): void {
  const errors = (['start_date', 'end_date'] as const).flatMap((name): FieldError[] => {
    const date = changes[name]
    return typeof date === 'string' && date < EARLIEST_DATE
      ? [bodyError(`/${name}`, 'date', 'must be in the years 1 to 9999')]
      : []
  })
  if (errors.length > 0) throw invalid(errors)
}

/** The date that was sent, null if the request removes it, or else the stored one. */
function dateOf(sent: string | null | undefined, stored: Date | null): Date | null {
  if (sent === undefined) return stored
  return sent === null ? null : new Date(sent)
}

/** Applies changes to an employment. @throws AppError 422 when it would end before it starts */
export function changeEmployment(
  stored: EmploymentDraft,
  changes: EmploymentUpdate,
): EmploymentDraft {
  checkDates(changes)
  const { company_name: companyName = stored.companyName, job_title } = changes
  const startDate = dateOf(changes.start_date, stored.startDate)
  const endDate = dateOf(changes.end_date, stored.endDate)
  if (startDate !== null && endDate !== null && endDate < startDate) {
    throw invalid([
      changes.end_date === undefined
        ? bodyError('/start_date', 'period', 'must not be after end_date')
        : bodyError('/end_date', 'period', 'must not be before start_date'),
    ])
  }
  return {
    companyName,
    companyKey: caseless(companyName),
    jobTitle: job_title === undefined ? stored.jobTitle : job_title,
    startDate,
    endDate,
    isCurrent: changes.is_current ?? stored.isCurrent,
  }
}

/** Makes a draft from a request to create an employment. @throws AppError 422 */
export const draftEmployment = (input: EmploymentCreate): EmploymentDraft =>
  changeEmployment(
    {
      companyName: input.company_name,
      companyKey: '',
      jobTitle: null,
      startDate: null,
      endDate: null,
      isCurrent: false,
    },
    input,
  )
