import { readEnvironment } from '../../config.ts'
import { runCommand } from '../../lib/process.ts'
import { etlCommand } from '../commands.ts'
import { readOptions } from './options.ts'
import { runEtl } from './run.ts'
import { openSteps } from './steps.ts'

/** `npm run etl`: groups users by bank, company and pincode into a file. */
await runCommand(etlCommand, async (given) => {
  const options = readOptions(given)
  const environment = readEnvironment(process.env)
  return await runEtl(environment, options, openSteps(environment.DATA_DIR, new Date()))
})
