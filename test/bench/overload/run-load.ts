import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { LoadOrder, LoadResult } from './load.ts'

/** Sends requests from a process of their own, whose work delays no answer. */
export async function runLoad(order: LoadOrder): Promise<LoadResult> {
  const child = fork('test/bench/overload/load.ts', { execArgv: ['--import', 'tsx'] })
  const answer = once(child, 'message')
  child.send(order)
  const [result] = await answer
  await once(child, 'exit')
  return result as LoadResult
}
