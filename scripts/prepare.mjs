import './prepare/node-version.mjs'
import { realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { compile, compileNeeded } from './prepare/compile.mjs'
import { databaseClientNeeded, makeDatabaseClient } from './prepare/database-client.mjs'
import { install, installNeeded } from './prepare/install.mjs'
import { takeLock } from './prepare/lock.mjs'
import { PrepareError, say } from './prepare/project.mjs'
import { InterruptedError, interrupt } from './prepare/run.mjs'

/** In this order: each needs what the former made. */
const STEPS = [
  { needed: installNeeded, run: install },
  { needed: databaseClientNeeded, run: makeDatabaseClient },
  { needed: compileNeeded, run: compile },
]

/**
 * Makes a fresh or changed checkout ready to run: packages, database client, compiled program. Does
 * nothing, and writes nothing, when all of that is there. Ends the process with one sentence when
 * something cannot be made.
 */
export async function prepare() {
  try {
    if (!STEPS.some(({ needed }) => needed())) return
    const unlock = await takeLock()
    const removeSignals = interruptOnSignals()
    try {
      // Asked again: another process may have done it while we waited.
      for (const { needed, run } of STEPS) if (needed()) await run()
    } finally {
      removeSignals()
      unlock()
    }
  } catch (error) {
    if (error instanceof InterruptedError) process.exit()
    if (error instanceof PrepareError) say(error.message)
    else if (['EACCES', 'EPERM', 'EROFS'].includes(error.code)) {
      say(`Passbook has to be prepared by a user who can write its folder (${error.message}).`)
    } else throw error
    process.exit(1)
  }
}

/** Until it is undone: has Ctrl-C and SIGTERM end the running step, and with it the process. */
function interruptOnSignals() {
  const handlers = Object.entries({ SIGINT: 130, SIGTERM: 143 }).map(([signal, code]) => {
    const handler = () => {
      process.exitCode = code
      interrupt()
    }
    process.on(signal, handler)
    return () => process.off(signal, handler)
  })
  return () => {
    for (const remove of handlers) remove()
  }
}

const program = pathToFileURL(realpathSync(process.argv[1])).href
if (import.meta.url === program) await prepare()
