import { AsyncLocalStorage } from 'node:async_hooks'

const kinds = new AsyncLocalStorage<'background'>()

/**
 * Runs work for which nobody waits: a job, a sweep, a command. Its statements may take longer than those
 * of requests, and take connections of their own, so that neither keeps the other from the database.
 */
export const inBackground = <T>(work: () => T): T => kinds.run('background', work)

/** Whether what runs now is work in the background. */
export const isBackground = (): boolean => kinds.getStore() !== undefined
