import { AsyncLocalStorage } from 'node:async_hooks'

const kinds = new AsyncLocalStorage<'background'>()

/**
 * Runs work that no caller waits for: a job, a sweep, a command. Its statements may take longer
 * than those of requests. They use a separate connection pool, so that neither starves the other.
 */
export const inBackground = <T>(work: () => T): T => kinds.run('background', work)

/** Whether the current code runs in the background. */
export const isBackground = (): boolean => kinds.getStore() !== undefined
