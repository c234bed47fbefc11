import './prepare/node-version.mjs'
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { followParent } from './prepare/follow-parent.mjs'
import { inProject, say } from './prepare/project.mjs'
import { prepare } from './prepare.mjs'

// node scripts/start.mjs NAME [ARGUMENTS]: prepares the checkout, then runs src/programs/NAME.ts, or NAME/NAME.ts,
// compiled, in this very process: signals reach it directly.
followParent()
const [name = 'main'] = process.argv.splice(2, 1)
await prepare()

const entry = [`${name}.js`, `${name}/${name}.js`]
  .map((file) => inProject('dist/programs', file))
  .find((file) => existsSync(file))
if (!/^[a-z][a-z-]*$/.test(name) || entry === undefined) {
  say(`There is no program named ${name}; npm start, npm run api and npm run worker are.`)
  process.exit(2)
}
process.setSourceMapsEnabled(true)
process.argv[1] = entry
await import(pathToFileURL(entry).href)
