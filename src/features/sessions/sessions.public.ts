/** All that other features may know of sessions. */
export { endSessions } from './end-sessions.ts'
export { deleteExpiredSessions } from './expired-sessions.ts'
export type { SessionService, Started } from './sessions.service.ts'
