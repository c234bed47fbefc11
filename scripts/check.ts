/** `tsx scripts/check.ts NAME`: runs the checking tools one after another until one fails. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Command } from '../src/lib/command-line.ts'
import { runCommand } from '../src/lib/process.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

const document = '{"passed": BOOLEAN, "failed": the tool that failed, or null}'

const CHECKS = {
  lint: {
    command: {
      name: 'lint',
      summary: 'Checks code style, imports between folders, and the OpenAPI document.',
      document,
    },
    tools: [
      ['biome', 'check'],
      ['node', 'scripts/check-folders.mjs'],
      ['redocly', 'lint'],
      ['spectral', 'lint', '--fail-severity', 'warn', 'src/generated/openapi.json'],
    ],
  },
  typecheck: {
    command: { name: 'typecheck', summary: 'Checks the types of all TypeScript.', document },
    tools: [
      ['tsc', '-p', '.'],
      ['tsc', '-p', 'console'],
      ['tsc', '-p', 'sdk/typescript', '--noEmit'],
    ],
  },
} as const satisfies Record<string, { command: Command; tools: readonly (readonly string[])[] }>

/**
 * Runs a tool; npm puts the tools' folder into PATH.
 *
 * @returns whether it passed
 */
async function passes([name = '', ...args]: readonly string[], json: boolean): Promise<boolean> {
  const tool = spawn(name, args, {
    cwd: ROOT,
    stdio: ['inherit', json ? process.stderr : 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  const [code] = await once(tool, 'close')
  return code === 0
}

const [name] = process.argv.splice(2, 1)
const { command, tools } = CHECKS[name === 'lint' ? 'lint' : 'typecheck']

await runCommand(command, async ({ json }) => {
  for (const tool of tools) {
    if (await passes(tool, json)) continue
    return { text: '', document: { passed: false, failed: tool.join(' ') }, failed: true }
  }
  return { text: '', document: { passed: true, failed: null } }
})
