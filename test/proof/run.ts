/** `npm run proof`: kill -9 at moments of a plan. */
import { runTool } from '../chaos/tool.ts'
import { proofCommand, readOptions } from './options.ts'

await runTool(proofCommand, readOptions, async (options, storage, say, opened) => {
  // Loading all that it runs is left to who runs it: the usage comes at once.
  const [{ runProof }, { describeProof }] = await Promise.all([
    import('./proof.ts'),
    import('./result.ts'),
  ])
  const result = await runProof(options, storage, say, opened)
  return { text: describeProof(result), document: result }
})
