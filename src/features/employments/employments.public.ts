/** All that other features may know of employments. */
export { draftEmployment, type EmploymentDraft } from './fields.ts'
