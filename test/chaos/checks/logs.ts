import { readFile } from 'node:fs/promises'
import { PERSONAL } from '../client/records.ts'
import type { Findings } from '../findings.ts'
import { ADMIN, type Topology } from '../servers/topology.ts'

const SECRETS = [...Object.values(PERSONAL), ADMIN.password, '.example']

/** What a request failed of where nothing but our own fault explains it. */
const OURS = /"(TypeError|ReferenceError|RangeError|SyntaxError|AssertionError)"/

function checkLine(name: string, line: string, findings: Findings): void {
  const leaked = SECRETS.find((secret) => line.includes(secret))
  if (leaked) findings.add('personal data in a log', `${name}: a line holds “${leaked}”`)
  const isFatal = line.includes('"level":"fatal"') || line.includes('Uncaught')
  if (isFatal) findings.add('fatal line in a log', `${name}: ${line.slice(0, 300)}`)
  else if (OURS.test(line)) findings.add('fault of ours in a log', `${name}: ${line.slice(0, 300)}`)
}

/** Reads everything that was logged. */
export async function checkLogs(
  { members, postgres }: Topology,
  findings: Findings,
): Promise<void> {
  for (const { name, log } of members) {
    for (const line of log().split('\n')) checkLine(name, line, findings)
  }
  const text = await readFile(postgres.logFile, 'utf8')
  for (const line of text.split('\n')) checkLine('PostgreSQL', line, findings)
}
