import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { inProject, ROOT } from './project.mjs'

// A new installation removes it, and with it everything that was made by the former packages' tools.
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

/** Notes what a step's result was made from. */
export const stamp = (step, fingerprint) =>
  writeFileSync(FILE, JSON.stringify({ ...readStamps(), [step]: fingerprint }))

/** One hash over the names and contents of files; a missing file counts as such. */
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
