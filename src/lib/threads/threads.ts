import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Piscina } from 'piscina'

/** Young objects of a thread, in MiB: room for a lot of rows. */
const YOUNG_MIB = 32

/** Threads that work on tasks. */
export interface Threads<Task, Result> {
  /** Has a thread work on a task. What it throws reaches the caller. */
  run(task: Task): Promise<Result>
  /** Ends the threads, and what they have under way. */
  close(): Promise<void>
}

/**
 * Starts threads. The library is loaded with the first ones.
 *
 * @param from the URL of the module that starts them, beside which the thread's module is
 * @param name the name of the thread's module. Its default export works on a task
 * @param data what the thread's module finds in Piscina's `workerData`. Keys stay handles
 */
export async function startThreads<Task, Result>(
  from: string,
  name: string,
  count: number,
  data: unknown,
): Promise<Threads<Task, Result>> {
  const library = await import('piscina')
  const extension = extname(from)
  const pool: Piscina<Task, Result> = new library.Piscina({
    filename: fileURLToPath(new URL(`${name}${extension}`, from)),
    minThreads: count,
    maxThreads: count,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    workerData: data,
    // From source, as in tests, a thread needs what translates TypeScript.
    execArgv: extension === '.ts' ? ['--import', 'tsx'] : [],
  })
  return {
    run: (task) => pool.run(task),
    close: () => pool.destroy(),
  }
}
