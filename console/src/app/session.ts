import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { User } from '#sdk'

/** Who is signed in. */
export interface Session {
  readonly me: User
  readonly signOut: () => Promise<void>
}

export const SessionContext = createContext<Session | undefined>(undefined)

/** Who is signed in; for pages that nobody else sees. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === undefined) throw new Error('nobody is signed in')
  return session
}

/** Whether somebody may see all customers. */
export const isStaff = ({ me }: Session): boolean => me.role !== 'user'

export const isAdmin = ({ me }: Session): boolean => me.role === 'admin'
