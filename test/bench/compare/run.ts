/** `npm run bench`: Passbook beside its peers. */
import { runTool } from '../../chaos/tool.ts'
import { benchCommand, readOptions } from './options.ts'

await runTool(
  benchCommand,
  readOptions,
  async (options, { folder }, say, opened) => {
    // Loading all that it runs is left to who runs it: the usage comes at once.
    const { compare } = await import('./compare.ts')
    const result = await compare(options, folder, say, opened)
    return { text: `${[result.versions, ...result.tables].join('\n\n')}\n`, document: result }
  },
  { wantsDisk: false },
)
