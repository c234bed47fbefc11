import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkDatabase } from './checks/database.ts'
import { checkHistory } from './checks/history.ts'
import { checkLogs } from './checks/logs.ts'
import { checkRecords } from './checks/records.ts'
import { createCall } from './client/call.ts'
import type { Client } from './client/client.ts'
import { openClients, settleShared } from './client/open-clients.ts'
import { finishClient, runClient } from './client/run-client.ts'
import { awaitRecovery, conduct, recoveryLimit } from './conductor.ts'
import { createDice } from './dice.ts'
import { FAULTS } from './faults.ts'
import { createFindings, type Findings } from './findings.ts'
import { ageHistory, fingerprintHistory, readHistory, storeHistory } from './history.ts'
import { Model } from './model/model.ts'
import type { ChaosOptions } from './options.ts'
import { type Result, resultOf } from './report.ts'
import { type Phase, planRun } from './schedule.ts'
import type { Storage } from './servers/storage.ts'
import { type Opened, openTopology, type Topology } from './servers/topology.ts'
import { watchStalls } from './stalls.ts'
import { createStatistics } from './statistics.ts'

/** In the end, what waits may take so long, in milliseconds. */
const MAX_END_MS = 60_000

const countFaults = (phases: readonly Phase[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { kind } of phases.flatMap(({ faults }) => faults)) {
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

async function keepLogs({ members }: Topology, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const { name, log } of members) await writeFile(join(folder, `${name}.log`), log())
}

/** A stop that is asked for has to be a clean one. */
async function stopAll({ members }: Topology, findings: Findings): Promise<void> {
  const exits = await Promise.all(members.map((member) => member.end('SIGTERM')))
  for (const [index, exit] of exits.entries()) {
    if (exit?.code === 0) continue
    const how = exit ? (exit.signal ?? `exit code ${exit.code}`) : 'it did not run'
    findings.add('process that ended or did not end', `${members[index]?.name} at SIGTERM: ${how}`)
  }
}

async function finish(clients: readonly Client[], findings: Findings): Promise<void> {
  const deadline = performance.now() + MAX_END_MS
  const left = await Promise.all(clients.map((client) => finishClient(client, deadline)))
  for (const name of left.flat()) findings.add('work that did not end', name)
}

/**
 * One run, from an empty disk to the last check.
 *
 * @param say told what happens, a line each
 * @param opened told what has to be closed, however the run ends
 */
export async function runChaos(
  options: ChaosOptions,
  storage: Storage,
  say: (line: string) => void,
  opened: Opened,
): Promise<Result> {
  const { seed, minutes, clients: count, only } = options
  const dice = createDice(seed)
  const findings = createFindings(say)
  const statistics = createStatistics()
  const model = new Model()
  const stalls = watchStalls()

  const keepsRedis = dice.chance(0.5)
  say(`seed ${seed}; Redis ${keepsRedis ? 'keeps its data' : 'comes back empty'} after a kill`)
  const topology = await openTopology(storage, keepsRedis, findings, opened)
  const kinds = FAULTS.filter(
    ({ kind, isPossible }) =>
      (only.length === 0 || only.includes(kind)) && (isPossible?.(topology) ?? true),
  )
  for (const { kind } of FAULTS.filter((each) => each.isPossible?.(topology) === false)) {
    say(`left out, as this system does not let us: ${kind}`)
  }

  const { url } = topology.postgres
  await storeHistory(url, topology.encryptionKeys, dice.fork())
  say('the history is stored')
  const startMs = await topology.startAll()
  const limit = (recoveryLimit(startMs) / 1000).toFixed(0)
  say(`the processes started in ${(startMs / 1000).toFixed(1)} s; after faults they get ${limit} s`)
  await ageHistory(url, findings)
  const history = await readHistory(url)
  const before = await fingerprintHistory(url, history)
  say('its figures are computed')

  let since = performance.now()
  const clock = () => performance.now() - since
  let isOver = false
  const call = createCall({
    apis: topology.apis,
    dice: dice.fork(),
    findings,
    statistics,
    stalls,
    clock,
  })
  const clients = await openClients({
    topology,
    call,
    dice: dice.fork(),
    model,
    history,
    findings,
    statistics,
    count,
    isOver: () => isOver,
  })
  const phases = planRun(dice.fork(), minutes * 60_000, kinds)
  const conductor = { topology, findings, statistics, say, clock, startMs }
  say('the clients begin')
  since = performance.now()
  const working = Promise.all(clients.map(runClient)).catch((error: unknown) => {
    isOver = true
    throw error
  })
  await Promise.all([
    working,
    conduct(conductor, phases).finally(() => {
      isOver = true
    }),
  ])

  say('the faults are over; what waits is awaited')
  await topology.mendAll()
  await finish(clients, findings)
  await awaitRecovery(conductor, MAX_END_MS)
  settleShared(clients[0]?.shared ?? [])
  if (statistics.acknowledged === 0) findings.add('nothing was tried', 'no write was acknowledged')
  const records = await checkRecords(url, topology.encryptionKeys, history, model, findings)
  await checkHistory(url, history, before, model, findings)
  await stopAll(topology, findings)
  await checkDatabase(url, count + 1, findings)
  await checkLogs(topology, findings)
  if (options.logs !== undefined) await keepLogs(topology, options.logs)
  stalls.close()
  return resultOf({
    seed,
    minutes,
    findings: findings.list(),
    statistics,
    records,
    faults: countFaults(phases),
  })
}
