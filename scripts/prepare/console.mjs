import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { constants, gzipSync } from 'node:zlib'
import { inProject, PrepareError, ROOT } from './project.mjs'
import { filesBelow, fingerprintOf, isStamped, stamp } from './stamps.mjs'

const STEP = 'console'
const FOLDER = inProject('console/dist')
/** Made before. */
const SDK = inProject('sdk/typescript/dist')
const PAGE = inProject('console/dist/index.html')

const fingerprint = () =>
  fingerprintOf([
    ...filesBelow(inProject('console/src')),
    ...(existsSync(SDK) ? filesBelow(SDK) : []),
    ...['scripts/prepare/console.mjs', 'src/generated/openapi.json', 'package-lock.json'].map(
      (file) => inProject(file),
    ),
  ])

/** Whether the console is missing, or was built from other sources. */
export const consoleNeeded = () => !existsSync(PAGE) || !isStamped(STEP, fingerprint())

/** Builds the web page: one script, one style sheet and what they name, each also as gzip. */
export async function buildConsole() {
  const made = fingerprint()
  const { build, stop } = await import('esbuild')
  const { metafile } = await build({
    entryPoints: {
      app: inProject('console/src/app.tsx'),
      style: inProject('console/src/style.css'),
      icon: inProject('console/src/icon.svg'),
    },
    absWorkingDir: ROOT,
    outdir: FOLDER,
    entryNames: '[name]-[hash]',
    loader: { '.svg': 'copy' },
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: ['chrome111', 'firefox111', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'silent',
  })
    .then(save, ({ message }) => {
      throw new PrepareError(`The console could not be built: ${message}`)
    })
    // Its process would stay as long as this one, which goes on to be Passbook.
    .finally(stop)
  writeFileSync(
    PAGE,
    withOutputs(readFileSync(inProject('console/src/index.html'), 'utf8'), metafile),
  )
  stamp(STEP, made)
}

function save(result) {
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  for (const { path, contents } of result.outputFiles) {
    writeFileSync(path, contents)
    writeFileSync(`${path}.gz`, gzipSync(contents, { level: constants.Z_BEST_COMPRESSION }))
  }
  return result
}

/** The page with the names that its files have now. */
function withOutputs(page, { outputs }) {
  const names = Object.keys(outputs).map((path) => basename(path))
  return page.replace(/"\/(\w+)\.(tsx|css|svg)"/g, (_, entry) => {
    const name = names.find((file) => file.startsWith(`${entry}-`))
    return `"/console/${name}"`
  })
}
