/** What other features may import of users. */
export { assertMayChange, changeRefusal, mayAccess } from './access.ts'
export { emailTaken } from './email-claims.ts'
export {
  decryptEmail,
  emailLookUp,
  everyEmailIndex,
  hasEmail,
  type UserRecord,
} from './fields.ts'
export type { FoundUser, UserLookup } from './lookup.ts'
export { userExists } from './user-exists.ts'
export type { UserService } from './users.service.ts'
export { userView } from './users.view.ts'
