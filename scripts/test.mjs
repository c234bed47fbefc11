import './prepare/node-version.mjs'
import { followParent } from './prepare/follow-parent.mjs'
import { runInGroup } from './prepare/group.mjs'
import { inProject, say } from './prepare/project.mjs'
import { prepare } from './prepare.mjs'

// node scripts/test.mjs [--report FILE] [ARGUMENTS]: prepares the checkout, then runs the tests. FILE
// becomes Vitest's JSON report; the other arguments are Vitest's.
followParent()
await prepare()

const args = process.argv.slice(2)
const report = args.indexOf('--report')
if (report >= 0) {
  const [, file] = args.splice(report, 2)
  if (file === undefined) {
    say('--report wants a file.')
    process.exit(2)
  }
  const reporters = ['default', inProject('test/setup/run/failures.ts'), 'json']
  args.push(...reporters.map((name) => `--reporter=${name}`), `--outputFile.json=${file}`)
}
await runInGroup([inProject('node_modules/vitest/vitest.mjs'), 'run', ...args])
