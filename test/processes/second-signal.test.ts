import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished } from 'vitest'

const LINES = 1_000

/** A process that never stops by itself, and logs much in the turn of its second signal. */
const PROGRAM = `
  import { runProcess } from './dist/lib/process.js'
  import { startCommand } from './dist/programs/commands.js'
  await runProcess(startCommand, async (_, log) => {
    let signals = 0
    process.prependListener('SIGTERM', () => {
      signals += 1
      for (let line = 0; signals === 2 && line < ${LINES}; line += 1) log.info('work')
    })
    setInterval(() => undefined, 60_000)
    return { ready: { text: 'ready\\n', document: {} }, stop: () => new Promise(() => undefined) }
  })`

it('a second signal ends a process with all of its log written', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const closed = once(child, 'close')
  const messages: string[] = []
  for await (const line of createInterface(child.stdout)) {
    if (line === 'ready') child.kill('SIGTERM')
    else messages.push(JSON.parse(line).msg)
    if (messages.length === 1) child.kill('SIGTERM')
  }
  expect(await closed).toEqual([1, null])
  expect(messages).toEqual([
    'stopping; a second signal aborts what is under way',
    ...Array.from({ length: LINES }, () => 'work'),
    'aborted by a signal',
  ])
}, 30_000)
