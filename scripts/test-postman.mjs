import './prepare/node-version.mjs'
import { followParent } from './prepare/follow-parent.mjs'
import { runInGroup } from './prepare/group.mjs'
import { inProject } from './prepare/project.mjs'
import { prepare } from './prepare.mjs'

// node scripts/test-postman.mjs [--report FILE]: prepares the checkout, then runs the Postman collection.
followParent()
await prepare()
await runInGroup(['--import', 'tsx', inProject('test/postman/run.ts'), ...process.argv.slice(2)])
