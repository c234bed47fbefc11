import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startRun } from '../setup/run/run.ts'
import { createDataDir, endProcesses, readKept, startProcess } from '../setup/servers/processes.ts'

// npm run test:postman -- [--report FILE]: runs the whole Postman collection twice against a fresh service, by
// newman, which npx fetches. FILE becomes a JSON file with as much of Vitest's reports as CI counts.
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
    { stdio: 'inherit' },
  )
  const [code] = await once(newman, 'exit')
  const { run }: Report = JSON.parse(await readFile(report, 'utf8'))
  return { code, ...run }
}

const { values } = parseArgs({ options: { report: { type: 'string' } } })
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
  if (values.report !== undefined)
    await writeFile(values.report, JSON.stringify({ numPassedTests, numFailedTests }))
  console.log(`${numPassedTests} passed, ${numFailedTests} failed`)
  process.exitCode = numFailedTests > 0 ? 1 : 0
} finally {
  await endProcesses()
  await dataDir.remove()
  testRun.finish()
}
