import { createLog } from '../../lib/log.ts'
import { processEnvironment, runCommand } from '../../lib/process.ts'
import { readOptions, USAGE } from './options.ts'
import { runImport } from './run.ts'

/** `npm run import`: loads a CSV file from the disk. */
const environment = processEnvironment()
// What happens is shown, and logged in a file of its own.
const log = createLog('fatal')
await runCommand(log, async () => {
  const command = readOptions(process.argv.slice(2))
  if (command === undefined) process.stdout.write(USAGE)
  else await runImport(environment, command, log, process.stdout)
})
