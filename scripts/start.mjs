import './prepare/node-version.mjs'
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { followParent } from './prepare/follow-parent.mjs'
import { inProject, say } from './prepare/project.mjs'
import { prepare } from './prepare.mjs'

// node scripts/start.mjs NAME [ARGUMENTS]: prepares the checkout, then runs the compiled
// src/programs/NAME.ts or NAME/NAME.ts in this process, so that signals reach it directly.
followParent()
const [name = 'main'] = process.argv.splice(2, 1)
await prepare()

const entry = [`${name}.js`, `${name}/${name}.js`]
  .map((file) => inProject('dist/programs', file))
  .find((file) => existsSync(file))
if (!/^[a-z][a-z-]*$/.test(name) || entry === undefined) {
  say(`There is no program named ${name}; use npm start, npm run api or npm run worker.`)
  process.exit(2)
}
process.argv[1] = entry
await import(pathToFileURL(entry).href)
