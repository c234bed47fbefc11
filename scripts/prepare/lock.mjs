import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { inProject, say } from './project.mjs'

// In dist/, the one folder that git ignores and that no step empties.
const FILE = inProject('dist/.prepare-lock')
/** The holder touches the file this often, in milliseconds; untouched for long, it has no holder. */
const TOUCH_MS = 5000
const STALE_MS = 30_000

/** Waits until no other process prepares this folder. @returns a function that lets the next one in */
export async function takeLock() {
  mkdirSync(inProject('dist'), { recursive: true })
  for (let told = false; !create(); ) {
    if (isStale()) {
      rmSync(FILE, { force: true })
      continue
    }
    if (!told) say('Waiting for another process that is preparing this folder ...')
    told = true
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
    // Let go in between.
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
