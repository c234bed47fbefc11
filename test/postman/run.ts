import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from '../../src/lib/command-line.ts'
import { beginCommand, endCommand } from '../../src/lib/process.ts'
import { startRun } from '../setup/run/run.ts'
import { createDataDir, endProcesses, readKept, startProcess } from '../setup/servers/processes.ts'

const command = {
  name: 'test:postman',
  summary:
    'Runs the whole Postman collection twice against a fresh service, by newman, which npx fetches.',
  document: '{"numPassedTests", "numFailedTests"}, as much of Vitest\'s reports as CI counts',
  options: { report: { value: 'FILE', text: 'write the document to FILE too' } },
} as const satisfies Command

const NEWMAN = 'newman@6.2.2'
const COLLECTION = 'postman/passbook.postman_collection.json'
const AT_MOST_MS = 300_000

interface Report {
  readonly run: {
    readonly stats: {
      readonly requests: { readonly total: number }
      readonly assertions: { readonly total: number; readonly failed: number }
    }
    readonly failures: readonly unknown[]
  }
}

async function runNewman(settings: Readonly<Record<string, string>>, report: string) {
  const variables = Object.entries(settings).flatMap(([name, value]) => [
    '--env-var',
    `${name}=${value}`,
  ])
  const reporters = ['--reporters', 'cli,json', '--reporter-json-export', report]
  const limits = ['--iteration-count', '2', '--timeout', String(AT_MOST_MS), '--color', 'off']
  const newman = spawn(
    'npx',
    ['--yes', NEWMAN, 'run', COLLECTION, ...variables, ...reporters, ...limits],
    { stdio: ['inherit', process.stderr, 'inherit'] },
  )
  const [code] = await once(newman, 'exit')
  const { run }: Report = JSON.parse(await readFile(report, 'utf8'))
  return { code, ...run }
}

/** `npm run test:postman`: see its usage. */
const { options, json } = await beginCommand(command)
let counts: { readonly numPassedTests: number; readonly numFailedTests: number }
const testRun = await startRun()
const dataDir = await createDataDir()
try {
  const service = startProcess('main', { DATA_DIR: dataDir.path, LOG_LEVEL: 'warn' })
  const base_url = await service.url()
  const { adminUsername: username, adminPassword: password } = await readKept(dataDir.path)
  const { code, stats, failures } = await runNewman(
    { base_url, username, password },
    join(dataDir.path, '..', 'newman.json'),
  )
  const { requests, assertions } = stats
  const numPassedTests = assertions.total - assertions.failed
  const whole = code === 0 && numPassedTests > 0 && assertions.total >= requests.total
  const numFailedTests = Math.max(failures.length, whole ? 0 : 1)
  counts = { numPassedTests, numFailedTests }
  if (options.report !== undefined) await writeFile(options.report, JSON.stringify(counts))
} finally {
  await endProcesses()
  await dataDir.remove()
  testRun.finish()
}
const { numPassedTests, numFailedTests } = counts
await endCommand(
  {
    text: `${numPassedTests} passed, ${numFailedTests} failed\n`,
    document: counts,
    failed: numFailedTests > 0,
  },
  json,
)
