import './prepare/node-version.mjs'
import { pathToFileURL } from 'node:url'
import { inProject } from './prepare/project.mjs'
import { prepare } from './prepare.mjs'

// node scripts/sdk.mjs: makes the TypeScript SDK, as prepare() does where it is missing or out of date.
await prepare()

// Compiled by prepare() above.
const { runCommand } = await import(pathToFileURL(inProject('dist/lib/process.js')).href)

const command = {
  name: 'sdk',
  summary: 'Makes the package sdk/typescript from the OpenAPI document. npm pack packs it.',
  document: '{"folder": PATH}',
}
await runCommand(command, async () => {
  const folder = inProject('sdk/typescript')
  return { text: `${folder}\n`, document: { folder } }
})
