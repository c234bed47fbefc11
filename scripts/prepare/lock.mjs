import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { inProject, say } from './project.mjs'

// In dist/, the only folder that git ignores and no step empties.
const FILE = inProject('dist/.prepare-lock')
/** How often the holder touches the file, in milliseconds. An untouched file is stale. */
const TOUCH_MS = 5000
const STALE_MS = 30_000

/**
 * Waits until no other process is preparing this folder.
 *
 * @returns a function that releases the lock
 */
export async function takeLock() {
  mkdirSync(inProject('dist'), { recursive: true })
  for (let isReported = false; !create(); ) {
    if (isStale()) {
      rmSync(FILE, { force: true })
      continue
    }
    if (!isReported) say('Waiting for another process that is preparing this folder ...')
    isReported = true
    await delay(100)
  }
  const touch = setInterval(() => utimesSync(FILE, new Date(), new Date()), TOUCH_MS)
  return () => {
    clearInterval(touch)
    rmSync(FILE, { force: true })
  }
}

function create() {
  try {
    writeFileSync(FILE, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function isStale() {
  try {
    if (Date.now() - statSync(FILE).mtimeMs > STALE_MS) return true
    const holder = Number(readFileSync(FILE, 'utf8'))
    return holder > 0 && !isAlive(holder)
  } catch (error) {
    // Released in the meantime.
    if (error.code === 'ENOENT') return false
    throw error
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
