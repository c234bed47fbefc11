export { createPassbook, type Passbook } from './client.ts'
export type {
  ApiKeyCredentials,
  CookieCredentials,
  Credentials,
  TokenCredentials,
} from './credentials.ts'
export * from './generated/sdk.gen.ts'
export type * from './generated/types.gen.ts'
export type { Fetch, PassbookOptions } from './options.ts'
export { ConnectionError, type FieldError, Problem } from './problem.ts'
export type { RetryOptions } from './retry.ts'
