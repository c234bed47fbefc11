import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ROOT, say } from './project.mjs'

/** How often, in milliseconds, a program that takes long is reported to be still at work. */
const REPORT_MS = 15_000

let current
let interrupted = false

/** Thrown by a run that interrupt() ended. */
export class InterruptedError extends Error {}

/**
 * Runs a program to its end, without showing what it prints.
 *
 * @returns its exit code (null when a signal ended it) and all it printed
 */
export async function runQuietly(title, command, args, options = {}) {
  say(`${title} ...`)
  const began = Date.now()
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], ...options })
  current = child
  const chunks = []
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => chunks.push(chunk))
  const seconds = () => Math.round((Date.now() - began) / 1000)
  const report = setInterval(
    () => say(`${title}: still at work after ${seconds()} s ...`),
    REPORT_MS,
  )
  try {
    const [code] = await once(child, 'close')
    if (interrupted) throw new InterruptedError()
    return { code, output: Buffer.concat(chunks).toString() }
  } finally {
    clearInterval(report)
    current = undefined
  }
}

/** Ends the program that is running now; npm takes no notice of anything gentler while it installs. */
export function interrupt() {
  interrupted = true
  current?.kill('SIGKILL')
}
