import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'
import { ROOT } from './prepare/project.mjs'

// node scripts/check-folders.mjs: part of `npm run lint`. No folder may hold more files than are taken in at a
// glance, and nothing may stand in src/ that biome.json has no rule of imports for.

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
]

const list = ['ls-files', '--cached', '--others', '--exclude-standard']
const files = execFileSync('git', list, { cwd: ROOT, encoding: 'utf8' }).trim().split('\n')

const counts = new Map()
for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
for (const [folder, count] of counts) {
  if (count > MAX_FILES) {
    console.error(
      `${folder}/ holds ${count} files, and ${MAX_FILES} are the most: give it folders.`,
    )
    process.exitCode = 1
  }
}

const known = new Set([...FILES_OF_SRC, ...FOLDERS_OF_SRC])
const found = files.filter((file) => file.startsWith('src/')).map((file) => file.split('/')[1])
for (const name of new Set(found)) {
  if (!known.has(name)) {
    console.error(
      `src/${name} is under no rule of imports: give it one in biome.json, and name it here.`,
    )
    process.exitCode = 1
  }
}
