/** The methods of a BullMQ queue that reopening needs. */
interface OpenedQueue {
  waitUntilReady(): Promise<unknown>
  close(): Promise<void>
}

/** A queue to add jobs to, for as long as the process runs. */
export interface Producer<Q> {
  /** @throws when the queue cannot be used now */
  ready(): Promise<Q>
  close(): Promise<void>
}

/**
 * Opens a queue, and reopens it if it did not become ready. BullMQ checks its server once and keeps
 * the result, so a queue opened at a bad moment would stay broken.
 */
export function openProducer<Q extends OpenedQueue>(open: () => Q): Producer<Q> {
  let opened = open()
  return {
    async ready() {
      const current = opened
      try {
        await current.waitUntilReady()
        return current
      } catch {
        // BullMQ may have kept this failure from long ago.
        if (opened === current) {
          opened = open()
          void current.close().catch(() => undefined)
        }
        const next = opened
        await next.waitUntilReady()
        return next
      }
    },
    close: () => opened.close(),
  }
}
