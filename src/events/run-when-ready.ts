import type { Log } from '../lib/log.ts'

const PAUSE_MS = 500

/** The methods of a BullMQ worker, opened with `autorun: false`, that starting it needs. */
interface OpenedWorker {
  waitUntilReady(): Promise<unknown>
  run(): Promise<void>
  close(): Promise<void>
}

export interface RunningWorker {
  /** Stops taking jobs, and waits for those under way. */
  close(): Promise<void>
}

/**
 * Runs a worker once its database answers. BullMQ checks once whether its tables exist in
 * PostgreSQL and keeps the result. A worker that runs after a failed check asks for jobs in a loop
 * that lets nothing else in the process run. So a worker that did not become ready is replaced.
 */
export function runWhenReady(open: () => OpenedWorker, log: Log): RunningWorker {
  let worker = open()
  let closed = false
  let timer: NodeJS.Timeout | undefined

  async function start(): Promise<void> {
    try {
      await worker.waitUntilReady()
    } catch (error) {
      if (closed) return
      log.warn({ err: error }, 'the queue does not answer; the worker tries again')
      await worker.close().catch(() => undefined)
      timer = setTimeout(() => {
        worker = open()
        void start()
      }, PAUSE_MS)
      if (closed) clearTimeout(timer)
      return
    }
    if (!closed) await worker.run()
  }

  void start().catch((error) => log.error({ err: error }, 'the worker stopped consuming jobs'))
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await worker.close()
    },
  }
}
