import './prepare/node-version.mjs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { followParent } from './prepare/follow-parent.mjs'
import { inProject, ROOT } from './prepare/project.mjs'
import { prepare } from './prepare.mjs'

// node scripts/test.mjs [ARGUMENTS]: prepares the checkout, then runs the tests; the arguments are
// Vitest's.
followParent()
await prepare()

// Vitest colours what goes to a file or a pipe as well, unless it is told not to.
const plain = process.stdout.isTTY || process.env.FORCE_COLOR ? {} : { NO_COLOR: '1' }
const vitest = spawn(
  process.execPath,
  [inProject('node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...plain } },
)
// A terminal's Ctrl-C reaches Vitest by itself; we wait for it to clean up.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => vitest.kill('SIGTERM'))
const [code, signal] = await once(vitest, 'exit')
process.exitCode = code ?? 128 + constants.signals[signal]
