import { runCommand } from './command.ts'
import { DemoError } from './errors.ts'

/** `npm run demo`: loads transactions into a service and checks every figure it makes of them. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

const interruption = new AbortController()
for (const [name, code] of Object.entries(EXIT_CODES)) {
  // Once: a second signal ends the demo at once.
  process.once(name, () => interruption.abort(new DemoError('Interrupted.', code)))
}
process.exit(
  await runCommand(process.argv.slice(2), process.env, process.stdout, interruption.signal),
)
