export type { AlertRules } from './alert-rules.ts'
