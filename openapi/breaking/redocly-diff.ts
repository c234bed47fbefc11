import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const REDOCLY = 'node_modules/@redocly/cli/bin/cli.js'
/** A report quotes the whole of each changed part. */
const MAX_REPORT_BYTES = 256 * 1024 * 1024

interface Report {
  readonly changes: readonly {
    readonly path: string
    readonly verdicts: readonly { readonly impact: string; readonly message: string }[]
  }[]
}

/** The changes that break callers, by `redocly diff`, each in a sentence with its place. */
export async function breakingByRedocly(
  released: string,
  working: string,
): Promise<readonly string[]> {
  const args = ['--config', 'redocly.yaml', '--format', 'json', '--fail-on', 'none']
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [REDOCLY, 'diff', released, working, ...args],
    {
      cwd: ROOT,
      env: { ...process.env, REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
      maxBuffer: MAX_REPORT_BYTES,
    },
  )
  const { changes } = JSON.parse(stdout) as Report
  return changes.flatMap(({ path, verdicts }) =>
    verdicts
      .filter(({ impact }) => impact === 'major')
      .map(({ message }) => `${message} (${path})`),
  )
}
