import { resolve } from 'node:path'
import { StartupError } from '../../errors.ts'
import { runCommand } from '../../lib/process.ts'
import { demoCommand } from '../commands.ts'
import { readSecrets } from '../kept-secrets.ts'
import { demo } from './command.ts'
import { readOptions } from './options.ts'

/** `npm run demo`: loads transactions into a service and checks every figure it makes of them. */
await runCommand(demoCommand, async (given) => {
  const interruption = new AbortController()
  for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    // Once: a second signal ends the demo at once.
    process.once(name, () => interruption.abort(new StartupError('Interrupted.')))
  }
  const fills = given.options['into-running']
  const dataDir = process.env['DATA_DIR'] || '.data'
  const kept = fills ? await readSecrets(resolve(dataDir)) : undefined
  const options = readOptions(given, process.env, kept)
  return await demo(options, process.stderr, interruption.signal)
})
