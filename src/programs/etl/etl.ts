import { createLog } from '../../lib/log.ts'
import { processEnvironment, runCommand } from '../../lib/process.ts'
import { readOptions, USAGE } from './options.ts'
import { runEtl } from './run.ts'
import { openSteps } from './steps.ts'

/** `npm run etl`: groups users by bank, company and pincode into a file. */
const environment = processEnvironment()
await runCommand(createLog(environment.LOG_LEVEL), async () => {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) {
    process.stdout.write(USAGE)
    return
  }
  const steps = openSteps(environment.DATA_DIR, new Date())
  await runEtl(environment, options, steps)
})
