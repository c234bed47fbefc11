/** `npm run bench`: Passbook beside its peers. */
import { runTool } from '../../chaos/tool.ts'
import { compare } from './compare.ts'
import { benchCommand, readOptions } from './options.ts'

await runTool(
  benchCommand,
  readOptions,
  (options, { folder }, say, opened) => compare(options, folder, say, opened),
  { wantsDisk: false },
)
