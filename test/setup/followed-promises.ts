import { executionAsyncResource } from 'node:async_hooks'

/** Whether Node.js follows promises, which makes each of them cost more on Node.js 20. */
export async function arePromisesFollowed(): Promise<boolean> {
  const followed = Promise.resolve()
  return await followed.then(() => executionAsyncResource() instanceof Promise)
}

/** Newer versions do without for an `AsyncLocalStorage`. */
export const FOLLOWS_PROMISES = process.versions.node.startsWith('20.')
