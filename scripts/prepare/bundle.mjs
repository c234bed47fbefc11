import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inProject, ROOT } from './project.mjs'
import { timed } from './run.mjs'
import { fingerprintOf, isStamped, stamp } from './stamps.mjs'

const STEP = 'bundle'
const NAME = 'typebox'
const SOURCE = inProject('node_modules', NAME)
/** Compiled programs find it here before they look into node_modules/. */
const PARENT = inProject('dist/node_modules')
const FOLDER = join(PARENT, NAME)

const fingerprint = () =>
  fingerprintOf(
    ['scripts/prepare/bundle.mjs', `node_modules/${NAME}/package.json`].map((file) =>
      inProject(file),
    ),
  )

/** Whether the few files are missing, or were made from another version of the package. */
export const bundleNeeded = () => !existsSync(PARENT) || !isStamped(STEP, fingerprint())

/**
 * Joins the 700 files of typebox into a few, for the compiled programs: loading them one by one
 * takes 240 ms of CPU time and 20 MB at each start, and 20 ms and 4 MB together.
 */
export const bundle = () => timed(`Bundling ${NAME}`, joinFiles)

async function joinFiles() {
  const made = fingerprint()
  const { exports, version } = JSON.parse(readFileSync(join(SOURCE, 'package.json'), 'utf8'))
  const entries = Object.entries(exports).map(([path, { import: file }]) => {
    const name = path === '.' ? 'index' : path.slice('./'.length)
    return { path, name, file: join(SOURCE, file) }
  })
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  try {
    const { build, stop } = await import('esbuild')
    await build({
      entryPoints: Object.fromEntries(entries.map(({ name, file }) => [name, file])),
      absWorkingDir: ROOT,
      outdir: FOLDER,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      // The entries share what they keep, such as settings and formats.
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      logLevel: 'silent',
    }).finally(stop)
    const paths = Object.fromEntries(entries.map(({ path, name }) => [path, `./${name}.mjs`]))
    const manifest = { name: NAME, version, type: 'module', exports: paths }
    writeFileSync(join(FOLDER, 'package.json'), JSON.stringify(manifest))
  } catch {
    // Where esbuild does not run, programs load the package's own files.
    rmSync(FOLDER, { recursive: true, force: true })
  }
  stamp(STEP, made)
}
