import { AsyncLocalStorage } from 'node:async_hooks'

const concerned = new AsyncLocalStorage<Set<number>>()

/**
 * Tells the audit entry of the current request whom it is about, where neither path nor answer says so. Several users
 * get an entry each. Does nothing outside an audited request.
 */
export function concernsUser(id: number | bigint | undefined): void {
  if (id !== undefined) concerned.getStore()?.add(Number(id))
}

/** Runs the work of a request; the users that it names with {@link concernsUser} are added to `users`. */
export const collectConcerned = <T>(users: Set<number>, work: () => Promise<T>): Promise<T> =>
  concerned.run(users, work)
