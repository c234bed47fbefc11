/** `npm run proof`: kill -9 at moments of a plan. */
import { runTool } from '../chaos/tool.ts'
import { proofCommand, readOptions } from './options.ts'
import { runProof } from './proof.ts'
import { describeProof } from './result.ts'

await runTool(proofCommand, readOptions, async (options, storage, say, opened) => {
  const result = await runProof(options, storage, say, opened)
  return { text: describeProof(result), document: result }
})
