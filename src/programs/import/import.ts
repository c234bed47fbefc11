import { readEnvironment } from '../../config.ts'
import { createLog } from '../../lib/log.ts'
import { runCommand } from '../../lib/process.ts'
import { importCommand } from '../commands.ts'
import { readOptions } from './options.ts'
import { runImport } from './run.ts'

/** `npm run import`: loads a CSV file from the disk. */
await runCommand(importCommand, async (given) => {
  const wanted = readOptions(given)
  // The progress bar and the import's own log file report what happens.
  const log = createLog('fatal')
  return await runImport(readEnvironment(process.env), wanted, log, process.stderr)
})
