import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ROOT, say } from './project.mjs'

/** How often a slow program is reported, in milliseconds. */
const REPORT_INTERVAL_MS = 15_000

/** Some steps run side by side. */
const running = new Set()
/** The step whose line on the terminal is not complete. */
let shown
let interrupted = false

/** Thrown by a run that interrupt() ended. */
export class InterruptedError extends Error {}

/**
 * Does a step and says how long it took: on a terminal in its own line if it is alone, else in a second one.
 *
 * @param work the step; its result is returned
 */
export async function timed(title, work) {
  const began = Date.now()
  const seconds = () => (Date.now() - began) / 1000
  const { isTTY } = process.stderr
  if (shown !== undefined) process.stderr.write('\n')
  shown = isTTY && running.size === 0 ? title : undefined
  if (shown === title) process.stderr.write(`${title} ...`)
  else say(`${title} ...`)
  const report = setInterval(() => {
    const passed = `${Math.round(seconds())} s ...`
    if (shown === title) process.stderr.write(` ${passed}`)
    else say(`${title}: still running after ${passed}`)
  }, REPORT_INTERVAL_MS)
  let took = ''
  try {
    const result = await work()
    took = `${seconds().toFixed(1)} s`
    return result
  } finally {
    clearInterval(report)
    if (shown === title) {
      shown = undefined
      process.stderr.write(` ${took}\n`)
    } else if (took) say(`${title}: ${took}`)
  }
}

/**
 * Runs a program to its end, without showing its output.
 *
 * @returns its exit code (null if a signal ended it) and all its output
 */
export const runQuietly = (title, command, args, options = {}) =>
  timed(title, async () => {
    if (interrupted) throw new InterruptedError()
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], ...options })
    running.add(child)
    const chunks = []
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => chunks.push(chunk))
    try {
      const [code] = await once(child, 'close')
      if (interrupted) throw new InterruptedError()
      return { code, output: Buffer.concat(chunks).toString() }
    } finally {
      running.delete(child)
    }
  })

/** Kills the running programs; during an install npm ignores anything gentler. */
export function interrupt() {
  interrupted = true
  for (const child of running) child.kill('SIGKILL')
}
