import './prepare/node-version.mjs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { followParent } from './prepare/follow-parent.mjs'
import { inProject, ROOT, say } from './prepare/project.mjs'
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
  const reporters = ['default', inProject('test/setup/failures.ts'), 'json']
  args.push(...reporters.map((name) => `--reporter=${name}`), `--outputFile.json=${file}`)
}

// Vitest colours what goes to a file or a pipe as well, unless it is told not to.
const plain = process.stdout.isTTY || process.env.FORCE_COLOR ? {} : { NO_COLOR: '1' }
// Vitest leads a process group of its own, which is ended with it (test/setup/run.ts). It ends when its
// input does, which is when we do; what the keeper of the run says comes by the last of these.
const vitest = spawn(
  process.execPath,
  [inProject('node_modules/vitest/vitest.mjs'), 'run', ...args],
  {
    cwd: ROOT,
    detached: process.platform !== 'win32',
    stdio: ['pipe', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, ...plain, PASSBOOK_TEST_GROUP: 'own' },
  },
)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => vitest.kill(signal === 'SIGINT' ? signal : 'SIGTERM'))
}
let left = ''
vitest.stdio[3].setEncoding('utf8').on('data', (text) => {
  left += text
})
const exited = once(vitest, 'exit')
// Closed once the keeper, too, has ended: by then nothing of the run is left.
await once(vitest, 'close')
const [code, signal] = await exited
process.exitCode = code ?? 128 + constants.signals[signal]
if (left) {
  say(`The tests left these running, which were ended now:\n${left}`)
  process.exitCode ||= 1
}
