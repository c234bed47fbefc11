import type { Employment } from '../../generated/schemas.ts'
import type { EmploymentRecord } from './fields.ts'

const dateView = (date: Date): string => date.toISOString().slice(0, 10)

/** An employment as the API shows it. */
export const employmentView = (employment: EmploymentRecord): Employment => ({
  id: Number(employment.id),
  user_id: Number(employment.userId),
  company_name: employment.companyName,
  ...(employment.jobTitle !== null && { job_title: employment.jobTitle }),
  ...(employment.startDate !== null && { start_date: dateView(employment.startDate) }),
  ...(employment.endDate !== null && { end_date: dateView(employment.endDate) }),
  is_current: employment.isCurrent,
  created_at: employment.createdAt.toISOString(),
  updated_at: employment.updatedAt.toISOString(),
})
