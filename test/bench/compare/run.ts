/** `npm run bench`: Passbook beside its peers. */
import { runTool } from '../../chaos/tool.ts'
import { compare } from './compare.ts'
import { benchCommand, readOptions } from './options.ts'

await runTool(
  benchCommand,
  readOptions,
  async (options, { folder }, say, opened) => {
    const result = await compare(options, folder, say, opened)
    return { text: `${[result.versions, ...result.tables].join('\n\n')}\n`, document: result }
  },
  { wantsDisk: false },
)
