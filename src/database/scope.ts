import { AsyncLocalStorage } from 'node:async_hooks'

/** A value that work sees, and all that it calls. */
export interface Scope<Value> {
  /** The value of the work that calls this; undefined outside of any. */
  value(): Value | undefined
  run<T>(value: Value, work: () => Promise<T>): Promise<T>
}

/**
 * Creates a scope. On Node.js 20 every promise of the process costs more once one is in use. To disable the storage while no
 * work is under way would spare that, but then background work lost its value and waited for connections of requests
 * (`test/outage/pools.test.ts`).
 */
export function createScope<Value>(): Scope<Value> {
  const storage = new AsyncLocalStorage<Value>()
  return {
    value: () => storage.getStore(),
    run: (value, work) => storage.run(value, work),
  }
}
