import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createHub } from '../../../src/lib/children/hub.ts'
import { keepRunning } from '../../../src/lib/children/keep-running.ts'
import { createLog } from '../../../src/lib/log.ts'

const READY = 'process.on("message", ({ begin }) => begin && process.send({ ready: begin }))'
const STOPS = `${READY}.on("message", ({ stop }) => stop && process.exit(0))`

let forked: ChildProcess[] = []

/** Keeps a process with this program. */
function keep(program: string) {
  const fork = () => {
    const child = spawn(process.execPath, ['-e', program], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    forked.push(child)
    return child
  }
  const options = { name: 'test', fork, hub: createHub(), log: createLog('silent'), pauseMs: 1 }
  return keepRunning<string, string>(options)
}

afterEach(() => {
  for (const child of forked) child.kill('SIGKILL')
  forked = []
})

describe('a kept process', () => {
  it('reports what it is told to begin with, and stops', async () => {
    const kept = keep(STOPS)
    expect(await kept.begin(() => 'this')).toBe('this')
    await kept.stop(10_000)
    expect(forked.map(({ exitCode }) => exitCode)).toEqual([0])
  })

  it('is killed when it does not stop in time', async () => {
    const kept = keep(READY)
    await kept.begin(() => 'this')
    await kept.stop(10)
    expect(forked.map(({ signalCode }) => signalCode)).toEqual(['SIGKILL'])
  })

  it('is replaced when it dies, with orders of that time', async () => {
    const kept = keep(STOPS)
    const orders = vi.fn(() => 'this')
    await kept.begin(orders)
    forked[0]?.kill('SIGKILL')
    await vi.waitFor(() => expect(orders).toHaveBeenCalledTimes(2), { timeout: 10_000 })
    await once(forked[1] as ChildProcess, 'message')
    await kept.stop(10_000)
    expect(forked.map(({ exitCode }) => exitCode)).toEqual([null, 0])
  })

  it('has failed to start when it says why', async () => {
    const kept = keep('process.send({ failed: "No port is free." }, () => process.exit(1))')
    await expect(kept.begin(() => 'this')).rejects.toThrow('No port is free.')
    expect(forked).toHaveLength(1)
  })

  it('has failed to start when it dies again and again', async () => {
    const kept = keep('process.exit(1)')
    await expect(kept.begin(() => 'this')).rejects.toThrow(
      'The test process ended 5 times before it was ready; see its log.',
    )
    expect(forked).toHaveLength(5)
  })
})
