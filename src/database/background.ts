import { createScope } from './scope.ts'

const background = createScope<true>()

/**
 * Runs work that no caller waits for: a job, a sweep, a command. Its statements may take longer
 * than those of requests. They use a separate connection pool, so that neither starves the other.
 */
export const inBackground = <T>(work: () => Promise<T>): Promise<T> => background.run(true, work)

/** Whether the current code runs in the background. */
export const isBackground = (): boolean => background.value() ?? false
