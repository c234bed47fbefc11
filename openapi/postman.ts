import { runCommand } from '../src/lib/process.ts'
import { outcomeOf, postmanCommand } from './commands.ts'
import { writeCollection } from './postman/write-collection.ts'

/** `npm run postman`: generates the Postman collection. */
await runCommand(postmanCommand, () => outcomeOf(async () => [await writeCollection()]))
