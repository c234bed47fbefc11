/** What other features may import of employments. */
export { draftEmployment, type EmploymentDraft } from './fields.ts'
