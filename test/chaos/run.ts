/** `npm run chaos`: faults on purpose. */
import { runChaos } from './chaos.ts'
import { FAULTS } from './faults.ts'
import { chaosCommand, readOptions } from './options.ts'
import { describeResult } from './report.ts'
import { runTool } from './tool.ts'

const kinds = FAULTS.map(({ kind }) => kind)

await runTool(
  chaosCommand,
  (given) => readOptions(given, kinds),
  async (options, storage, say, opened) => {
    const result = await runChaos(options, storage, say, opened)
    return { text: describeResult(result), document: result }
  },
)
