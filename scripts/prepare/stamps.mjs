import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { inProject, ROOT } from './project.mjs'

// A new installation deletes this file, so everything made by the old packages' tools is made
// again.
const FILE = inProject('node_modules/.passbook-stamp.json')

const readStamps = () => {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8'))
  } catch {
    return {}
  }
}

/** Whether a step's result was made from inputs with this fingerprint. */
export const isStamped = (step, fingerprint) => readStamps()[step] === fingerprint

/** Records the inputs of a step's result. */
export const stamp = (step, fingerprint) =>
  writeFileSync(FILE, JSON.stringify({ ...readStamps(), [step]: fingerprint }))

/** A hash of the names and contents of files; a missing file also affects it. */
export function fingerprintOf(files) {
  const hash = createHash('sha256')
  for (const file of files) {
    hash.update(`${relative(ROOT, file)}\0`)
    try {
      const content = readFileSync(file)
      hash.update(`${content.length}\0`).update(content)
    } catch (error) {
      if (error.code !== 'ENOENT') throw error
    }
  }
  return hash.digest('hex')
}

/** All files below a folder, in a stable order. */
export const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => inProject(entry.parentPath, entry.name))
    .sort()
