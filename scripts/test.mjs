import './prepare/node-version.mjs'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { followParent } from './prepare/follow-parent.mjs'
import { runInGroup } from './prepare/group.mjs'
import { inProject } from './prepare/project.mjs'
import { temporaryFolder } from './prepare/temporary-folder.mjs'
import { prepare } from './prepare.mjs'

// node scripts/test.mjs [ARGUMENTS]: prepares the checkout, then runs the tests.
followParent()
process.env.TMPDIR = temporaryFolder()
await prepare()

// Compiled by prepare() above.
const { beginCommand } = await import(pathToFileURL(inProject('dist/lib/process.js')).href)

const { options, rest, json } = await beginCommand({
  name: process.env.npm_lifecycle_event ?? 'test',
  summary: 'Runs tests with Vitest. Nothing of a run stays behind, however it ends.',
  document: 'Vitest\'s JSON report, {"numPassedTests", "numFailedTests", …}',
  options: { report: { value: 'FILE', text: 'write the document to FILE' } },
  rest: "Vitest's",
})
const isKept = options.report !== undefined || !json
const folder = isKept ? undefined : await mkdtemp(join(tmpdir(), 'passbook-report-'))
const report = isKept ? options.report : join(folder, 'report.json')
const reporters = ['default', inProject('test/setup/run/failures.ts'), 'json']
const reporting =
  report === undefined
    ? []
    : [...reporters.map((name) => `--reporter=${name}`), `--outputFile.json=${report}`]
try {
  const vitest = [inProject('node_modules/vitest/vitest.mjs'), 'run', ...rest, ...reporting]
  await runInGroup(vitest, json ? process.stderr : 'inherit')
  if (json) {
    const failure = '{"error": "The tests did not run; standard error says why."}\n'
    process.stdout.write(existsSync(report) ? readFileSync(report) : failure)
  }
} finally {
  if (folder) await rm(folder, { recursive: true, force: true })
}
