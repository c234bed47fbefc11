import type { Log } from '../lib/log.ts'

const PAUSE_MS = 500

/** What is needed of a BullMQ worker that was opened with `autorun: false`. */
interface OpenedWorker {
  waitUntilReady(): Promise<unknown>
  run(): Promise<void>
  close(): Promise<void>
}

export interface RunningWorker {
  /** Waits for the jobs under way. */
  close(): Promise<void>
}

/**
 * Runs a worker once its database answers. BullMQ asks a PostgreSQL once whether its tables are there
 * and keeps the answer: a worker that runs after a failure asks for jobs in a loop that lets nothing
 * else in the process run. So one that did not get ready is replaced.
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
      log.warn({ err: error }, 'the worker waits: the queue does not answer')
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

  void start().catch((error) => log.error({ err: error }, 'the worker ended'))
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await worker.close()
    },
  }
}
