import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ROOT, say } from './project.mjs'

/** How often a slow program is reported, in milliseconds. */
const REPORT_INTERVAL_MS = 15_000

/** Some steps run side by side. */
const running = new Set()
let interrupted = false

/** Thrown by a run that interrupt() ended. */
export class InterruptedError extends Error {}

/**
 * Runs a program to its end, without showing its output.
 *
 * @returns its exit code (null if a signal ended it) and all its output
 */
export async function runQuietly(title, command, args, options = {}) {
  if (interrupted) throw new InterruptedError()
  say(`${title} ...`)
  const began = Date.now()
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], ...options })
  running.add(child)
  const chunks = []
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => chunks.push(chunk))
  const seconds = () => Math.round((Date.now() - began) / 1000)
  const report = setInterval(
    () => say(`${title}: still running after ${seconds()} s ...`),
    REPORT_INTERVAL_MS,
  )
  try {
    const [code] = await once(child, 'close')
    if (interrupted) throw new InterruptedError()
    return { code, output: Buffer.concat(chunks).toString() }
  } finally {
    clearInterval(report)
    running.delete(child)
  }
}

/** Kills the running programs; during an install npm ignores anything gentler. */
export function interrupt() {
  interrupted = true
  for (const child of running) child.kill('SIGKILL')
}
