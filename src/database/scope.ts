import { AsyncLocalStorage } from 'node:async_hooks'

/** A value that work sees, and all that it calls. */
export interface Scope<Value> {
  /** The value of the work that calls this; undefined outside of any. */
  value(): Value | undefined
  /** Runs work that sees a value. Whatever it begins has to end before it does: later it may see none. */
  run<T>(value: Value, work: () => Promise<T>): Promise<T>
}

/**
 * Creates a scope. On Node.js 20 every promise of the process costs more as long as an `AsyncLocalStorage` is in use,
 * so it is only while work is under way.
 */
export function createScope<Value>(): Scope<Value> {
  const storage = new AsyncLocalStorage<Value>()
  let underWay = 0
  return {
    value: () => storage.getStore(),
    async run(value, work) {
      underWay += 1
      try {
        return await storage.run(value, work)
      } finally {
        underWay -= 1
        if (underWay === 0) storage.disable()
      }
    },
  }
}
