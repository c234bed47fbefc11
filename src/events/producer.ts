/** What is needed of a BullMQ queue to open it again. */
interface OpenedQueue {
  waitUntilReady(): Promise<unknown>
  close(): Promise<void>
}

/** A queue to put jobs into, for as long as the process runs. */
export interface Producer<Q> {
  /** @throws why the queue cannot be used now */
  ready(): Promise<Q>
  close(): Promise<void>
}

/**
 * Opens a queue, and opens it again when it did not get ready: BullMQ asks once whether its server is as it
 * has to be and keeps the answer, so that a queue opened at a bad moment would stay broken.
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
        // The answer may be of long ago.
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
