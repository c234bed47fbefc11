import type { Command } from '../../src/lib/command-line.ts'
import { runCommand } from '../../src/lib/process.ts'
import { CLIENTS } from './clients.ts'
import { withService } from './service.ts'

/** `tsx test/sdk/run.ts python|go`: makes the client of that language. */
const [given] = process.argv.splice(2, 1)
const language = given === 'go' ? 'go' : 'python'
const client = CLIENTS[language]

const command = {
  name: `sdk:${language}`,
  summary: `Makes a client in sdk/${language}/ from the OpenAPI document.`,
  document: '{"made": BOOLEAN, "journey": BOOLEAN}',
  options: { journey: { text: 'have it go through a service that is started for it' } },
  notes: `On a machine without ${language}, it says so and does nothing.`,
} as const satisfies Command

await runCommand(command, async ({ options: { journey } }) => {
  if (!(await client.isPossible())) {
    const text = `sdk:${language} did nothing: ${language} is not installed here.\n`
    return { text, document: { made: false, journey: false } }
  }
  await client.generate()
  if (journey) await withService((served) => client.travel({ ...served }))
  const text = `sdk/${language} is made${journey ? ', and went through its journey' : ''}.\n`
  return { text, document: { made: true, journey } }
})
