import './prepare/node-version.mjs'
import { realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { bundle, bundleNeeded } from './prepare/bundle.mjs'
import { compile, compileNeeded } from './prepare/compile.mjs'
import { buildConsole, consoleNeeded } from './prepare/console.mjs'
import { databaseClientNeeded, makeDatabaseClient } from './prepare/database-client.mjs'
import { install, installNeeded } from './prepare/install.mjs'
import { takeLock } from './prepare/lock.mjs'
import { PrepareError, say } from './prepare/project.mjs'
import { InterruptedError, interrupt } from './prepare/run.mjs'
import { makeSdk, sdkNeeded } from './prepare/sdk.mjs'

/** In this order: each group needs the results of those before it. Steps of a group run side by side. */
const STEPS = [
  [{ needed: installNeeded, run: install }],
  [
    { needed: databaseClientNeeded, run: makeDatabaseClient },
    { needed: sdkNeeded, run: makeSdk },
  ],
  [{ needed: compileNeeded, run: compile }],
  [{ needed: bundleNeeded, run: bundle }],
  [{ needed: consoleNeeded, run: buildConsole }],
]

/**
 * Makes a fresh or changed checkout ready to run: packages, database client, compiled program, console.
 * Does and prints nothing if all of that is up to date. If a step fails, exits with a one-sentence
 * message.
 */
export async function prepare() {
  try {
    if (!STEPS.flat().some(({ needed }) => needed())) return
    const unlock = await takeLock()
    const removeSignals = interruptOnSignals()
    try {
      // Check again: another process may have done it while we waited for the lock.
      for (const group of STEPS) await runAll(group.filter(({ needed }) => needed()))
    } finally {
      removeSignals()
      unlock()
    }
  } catch (error) {
    if (error instanceof InterruptedError) process.exit()
    if (error instanceof PrepareError) say(error.message)
    else if (['EACCES', 'EPERM', 'EROFS'].includes(error.code)) {
      say(`A user who can write to Passbook's folder has to prepare it (${error.message}).`)
    } else throw error
    process.exit(1)
  }
}

/** Waits for all steps, also when one fails: nothing may go on after us. */
async function runAll(steps) {
  const ends = await Promise.allSettled(steps.map(({ run }) => run()))
  const failed = ends.find(({ status }) => status === 'rejected')
  if (failed) throw failed.reason
}

/**
 * Makes Ctrl-C and SIGTERM end the running step, and then the process.
 *
 * @returns a function that removes the handlers
 */
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
