import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { within } from '../../../../src/lib/in-time.ts'
import { signal } from '../../../chaos/servers/process-tree.ts'
import { treeOf } from './process-statistics.ts'

/** A process that answers, and how it is started. */
export interface ServerOptions {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Its output goes there: reading it would take time of the machine that is measured. */
  readonly log: string
  /** Answers 200 once it is ready. */
  readonly readyUrl: string
}

export type Server = Awaited<ReturnType<typeof startServer>>

const MAX_START_MS = 60_000
const POLL_MS = 20
const MAX_STOP_MS = 10_000

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => undefined)
  await answer?.arrayBuffer()
  return answer?.ok === true
}

async function untilReady({ name, readyUrl, log }: ServerOptions, child: ChildProcess) {
  const start = performance.now()
  while (!(await isReady(readyUrl))) {
    const isLate = performance.now() - start > MAX_START_MS
    if (isLate || child.exitCode !== null) throw new Error(`${name} did not start; see ${log}`)
    await delay(POLL_MS)
  }
}

/** Ends a process and all that it started. */
async function end(child: ChildProcess, pid: number): Promise<void> {
  const tree = treeOf([pid])
  const exited = once(child, 'exit')
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM')
    await within(MAX_STOP_MS, exited)
  }
  for (const each of tree) signal(each, 'SIGKILL')
}

/**
 * Starts a process and waits until it is ready.
 *
 * @param started told how to end it, before it is ready
 */
export async function startServer(
  options: ServerOptions,
  started: (name: string, close: () => Promise<void>) => void,
) {
  const begun = performance.now()
  const { name, command, args, env, log } = options
  const file = await open(log, 'a')
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', file.fd, file.fd],
  })
  await once(child, 'spawn')
  await file.close()
  const pid = child.pid as number
  let ended: Promise<void> | undefined
  const close = () => {
    ended ??= end(child, pid)
    return ended
  }
  started(name, close)
  await untilReady(options, child)
  return { pid, close, startMs: performance.now() - begun }
}
