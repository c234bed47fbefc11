import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkLogs } from '../chaos/checks/logs.ts'
import { createDice } from '../chaos/dice.ts'
import { createFindings } from '../chaos/findings.ts'
import type { Storage } from '../chaos/servers/storage.ts'
import type { Opened, Topology } from '../chaos/servers/topology.ts'
import { CHECKS } from './checks.ts'
import { openInstallation } from './installation.ts'
import type { ProofOptions } from './options.ts'
import { planProof } from './plan.ts'
import { play } from './play.ts'
import { startReader } from './reader.ts'
import { type Attempt, startReceiver } from './receiver.ts'
import type { ProofResult } from './result.ts'
import type { Scene } from './scene.ts'

/** Each has some fifty transactions in a run of 2,000, and a lane. */
const USERS = 40

const OTHERWISE = 'all comes to an end, errors are as declared, and no log holds personal data'

function countAttempts(attempts: readonly Attempt[]) {
  const taken = attempts.filter(({ isTaken }) => isTaken)
  return {
    'webhooks that came': attempts.length,
    'of them refused': attempts.length - taken.length,
    'taken more than once': taken.length - new Set(taken.map(({ id }) => id)).size,
  }
}

async function keepLogs({ members }: Topology, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const { name, log } of members) await writeFile(join(folder, `${name}.log`), log())
}

/** @returns which claims hold */
async function checkAll(
  scene: Scene,
  findings: ReturnType<typeof createFindings>,
): Promise<Record<string, boolean>> {
  const claims: Record<string, boolean> = { [OTHERWISE]: findings.list().length === 0 }
  for (const { claim, run } of CHECKS) {
    const before = findings.list().length
    await run(scene, findings)
    claims[claim] = findings.list().length === before
  }
  return claims
}

/**
 * One run, from an empty disk to the last check.
 *
 * @param say told what happens, a line each
 * @param opened told what has to be closed, however the run ends
 */
export async function runProof(
  options: ProofOptions,
  storage: Storage,
  say: (line: string) => void,
  opened: Opened,
): Promise<ProofResult> {
  const { seed, moments, transactions, processes, logs } = options
  say(`seed ${seed}`)
  const dice = createDice(seed)
  const findings = createFindings(say)
  const plan = planProof(dice, { transactions, moments, users: USERS, processes })
  const receiver = await startReceiver(seed)
  opened('the receiver', receiver.close)
  const { attempts } = receiver
  const installation = await openInstallation({
    storage,
    processes,
    users: USERS,
    receiver,
    dice: dice.fork(),
    findings,
    opened,
  })
  const { topology, send, users, statistics } = installation
  opened('the watch', async () => installation.close())
  if (logs !== undefined) opened('the logs', () => keepLogs(topology, logs))
  say('the processes work; writes begin')

  const { written, read, kills, repeated, wroteMs, settledMs } = await play({
    plan,
    installation,
    findings,
    say,
  })
  const events = await startReader(send).finish()
  await checkLogs(topology, findings)
  const claims = await checkAll(
    { send, databaseUrl: topology.postgres.url, users, written, attempts, read, events },
    findings,
  )
  const held = Object.values(claims).filter(Boolean).length
  return {
    seed,
    moments,
    transactions,
    processes,
    numPassedTests: held,
    numFailedTests: Object.keys(claims).length - held,
    claims,
    findings: findings.list(),
    figures: {
      'processes killed': kills,
      'writes acknowledged': written.reduce((sum, { changes }) => sum + changes.length, 0),
      'of them sent again after a kill': repeated,
      'connections that broke': statistics.broken,
      events: events.length,
      ...countAttempts(attempts),
      'milliseconds of writing': wroteMs,
      'milliseconds until nothing waited': settledMs,
    },
  }
}
