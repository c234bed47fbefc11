import { readOptions, USAGE } from './etl/options.ts'
import { runEtl } from './etl/run.ts'
import { openSteps } from './etl/steps.ts'
import { createLog } from './platform/log.ts'
import { processEnvironment, runCommand } from './platform/process.ts'

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
