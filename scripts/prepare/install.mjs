import { readFileSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { inProject, PrepareError } from './project.mjs'
import { runQuietly } from './run.mjs'

const OFFLINE = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED)\b/

/**
 * Whether the installed packages differ from package-lock.json, according to npm's own list of
 * them.
 */
export function installNeeded() {
  const wanted = readPackages('package-lock.json')
  const installed = readPackages('node_modules/.package-lock.json')
  return Object.entries(wanted).some(([path, { version, integrity, optional, devOptional }]) => {
    if (path === '') return false
    const actual = installed[path]
    // Packages for other systems are not installed.
    if (!actual) return !optional && !devOptional
    return actual.version !== version || actual.integrity !== integrity
  })
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(inProject(file), 'utf8')).packages
  } catch (error) {
    if (error.code === 'ENOENT') return {}
    throw error
  }
}

/** Installs the packages of package-lock.json. None of their install scripts is needed or run. */
export async function install() {
  const title = 'Installing packages'
  let { code, output } = await npm(title, 'ci')
  if (code !== 0 && /\bEUSAGE\b/.test(output)) {
    // npm ci rejects a lock file without the packages of other systems. A partial mirror of the
    // registry produces such a file. npm install takes the same versions from it.
    rmSync(inProject('node_modules'), { recursive: true, force: true })
    const retry = await npm(`${title} from a partial lock`, 'install', '--no-save')
    if (retry.code === 0 && installNeeded()) {
      throw new PrepareError('package.json and package-lock.json disagree; run npm install.')
    }
    code = retry.code
    output = retry.output
  }
  if (code === 0) return
  const offline = OFFLINE.exec(output)?.[1]
  if (offline) {
    throw new PrepareError(
      `npm cannot reach the package registry (${offline}); check the network, a proxy and npm's registry setting, and try again.`,
    )
  }
  process.stderr.write(output)
  throw new PrepareError('The packages could not be installed; what npm said is above.')
}

function npm(title, ...args) {
  const { command, prefix = [], options } = npmCommand()
  const flags = ['--ignore-scripts', '--include=dev', '--no-audit', '--no-fund']
  return runQuietly(title, command, [...prefix, ...args, ...flags], options)
}

function npmCommand() {
  const own = process.env.npm_execpath
  // Under another package manager this variable names its program.
  if (own && basename(own) === 'npm-cli.js') return { command: process.execPath, prefix: [own] }
  // On Windows npm is a batch file, which only a shell can run.
  return { command: 'npm', options: { shell: process.platform === 'win32' } }
}
