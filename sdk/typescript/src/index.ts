export { createPassbook, type Passbook } from './client.ts'
export type {
  ApiKeyCredentials,
  CookieCredentials,
  Credentials,
  TokenCredentials,
} from './credentials.ts'
export { type WaitOptions, waitUntilCurrent } from './current.ts'
export * from './generated/sdk.gen.ts'
export type * from './generated/types.gen.ts'
export { items } from './items.ts'
export type { Fetch, PassbookOptions } from './options.ts'
export { ConnectionError, type FieldError, Problem, TimeoutError } from './problem.ts'
export type { RetryOptions } from './retry.ts'
export {
  type StreamEventsOptions,
  type StreamImportOptions,
  streamEvents,
  streamImport,
} from './streams.ts'
export { type UploadOptions, type UploadProgress, uploadImport } from './upload.ts'
