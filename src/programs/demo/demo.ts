import { StartupError } from '../../errors.ts'
import { runCommand } from '../../lib/process.ts'
import { demoCommand } from '../commands.ts'
import { demo } from './command.ts'
import { readOptions } from './options.ts'

/** `npm run demo`: loads transactions into a service and checks every figure it makes of them. */
await runCommand(demoCommand, (given) => {
  const interruption = new AbortController()
  for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    // Once: a second signal ends the demo at once.
    process.once(name, () => interruption.abort(new StartupError('Interrupted.')))
  }
  return demo(readOptions(given, process.env), process.stderr, interruption.signal)
})
