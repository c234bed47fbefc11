import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'
import { ROOT } from './prepare/project.mjs'

// node scripts/check-folders.mjs: part of `npm run lint`. Folders must stay small enough to take in
// at a glance. Everything in src/ must have an import rule in biome.json.

const MAX_FILES = 25
const FILES_OF_SRC = ['app.ts', 'config.ts', 'consumers.ts', 'errors.ts', 'services.ts']
const FOLDERS_OF_SRC = [
  'cache',
  'csv',
  'database',
  'events',
  'features',
  'generated',
  'http',
  'lib',
  'programs',
  'services',
]

const gitArguments = ['ls-files', '--cached', '--others', '--exclude-standard']
const files = execFileSync('git', gitArguments, { cwd: ROOT, encoding: 'utf8' }).trim().split('\n')

const counts = new Map()
for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
for (const [folder, count] of counts) {
  if (count > MAX_FILES) {
    console.error(
      `${folder}/ holds ${count} files, but at most ${MAX_FILES} are allowed: divide it into folders.`,
    )
    process.exitCode = 1
  }
}

const known = new Set([...FILES_OF_SRC, ...FOLDERS_OF_SRC])
const inSrc = files.filter((file) => file.startsWith('src/')).map((file) => file.split('/')[1])
for (const name of new Set(inSrc)) {
  if (!known.has(name)) {
    console.error(`src/${name} has no import rule: add one in biome.json, and list the name here.`)
    process.exitCode = 1
  }
}
