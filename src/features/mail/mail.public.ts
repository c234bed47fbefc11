/** All that other features may know of mails. */
export type { Links } from './links.ts'
export {
  deleteExpiredOneTimeTokens,
  deleteTokens,
  findUserOf,
  issueToken,
  useToken,
} from './one-time-tokens.ts'
export { requestMails, requestMailsOfLoad } from './request-mails.ts'
