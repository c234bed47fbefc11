/** What encrypts users. Threads import it, and nothing here needs the database. */
export { type Beginnings, rememberBeginnings } from './blind-search.ts'
export { emailLookUp, encryptUser } from './fields.ts'
