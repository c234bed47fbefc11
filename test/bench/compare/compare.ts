import type { Opened } from '../../chaos/servers/topology.ts'
import { type Contestant, createContestant } from './contestant.ts'
import { createCopyLimit, createInsertLimit, prepareLimits } from './limits.ts'
import { type Generator, ownGenerator } from './load/generator.ts'
import { createWrk } from './load/wrk.ts'
import type { BenchOptions, Part } from './options.ts'
import { measureFigures } from './parts/figures.ts'
import { measureGrowth } from './parts/growth.ts'
import { type MemoryByProcess, measureIdle, measureMemory } from './parts/memory.ts'
import type { PartResult } from './parts/part.ts'
import { measureStart } from './parts/start.ts'
import { type Pass, playRounds } from './rounds.ts'
import { seedPassbook, seedPeers } from './seed.ts'
import { openServices, type Services } from './system/services.ts'
import { listVersions } from './system/versions.ts'
import { figuresTable, ratioTable } from './tables.ts'
import { openTargets, type Targets } from './targets/open-targets.ts'
import type { Passbook } from './targets/passbook.ts'
import { NAME_KEY } from './targets/peer.ts'
import type { Work } from './works.ts'

/** What the bare server is measured beside: the answers to other work are many times larger. */
const LIMITED: readonly Work[] = ['live', 'analytics', 'user']

/** What the measurement found. */
export interface BenchResult {
  /** Requests that failed. */
  readonly numFailedTests: number
  /** In Markdown, as the tables are. */
  readonly versions: string
  readonly passes: readonly Pass[]
  readonly tables: readonly string[]
}

/** What all of the measurement shares. */
interface Bench {
  readonly options: BenchOptions
  readonly services: Services
  readonly targets: Targets
  readonly generator: Generator
  /** Ends the load when the measurement is stopped. */
  readonly signal: AbortSignal
  readonly say: (line: string) => void
  readonly opened: Opened
}

const describe = ({ work, connections, round, target, requests, seconds, failed }: Pass) =>
  `${work} ${connections} round ${round} ${target}: ${Math.round(requests / seconds)}/s, ${failed} failed`

async function limitOf(work: Work, bench: Bench): Promise<Contestant | undefined> {
  const { services, options, signal, opened, say } = bench
  if (!options.targets.includes('limit')) return undefined
  if (work === 'bulk') return await createCopyLimit(services, opened)
  if (work !== 'create') return undefined
  const limit = await createInsertLimit(services, signal)
  if (!limit) say('the limit of one INSERT is left out: there is no pgbench')
  return limit
}

async function playWork(work: Work, bench: Bench, passes: Pass[]): Promise<void> {
  const { targets, generator, services, options, say } = bench
  const playing = targets.all.filter(({ name }) => name !== 'limit' || LIMITED.includes(work))
  const contestants: Contestant[] = []
  for (const target of playing) {
    contestants.push(await createContestant(target, work, generator, services))
  }
  const limit = await limitOf(work, bench)
  if (limit) contestants.push(limit)
  await playRounds(work, contestants, options, (pass) => {
    passes.push(pass)
    say(describe(pass))
  })
}

/** What fails does not take what was measured before with it, unless all of it is to end. */
function failing(error: Error, what: string, { say, signal }: Bench): PartResult {
  if (signal.aborted) throw error
  say(`${what} failed: ${error.stack}`)
  return { table: `${what} failed: ${error.message}`, failed: 1 }
}

/** What the measurement of Passbook alone found, by what it is about. */
async function playParts(
  bench: Bench,
  passbook: Passbook,
  idle: MemoryByProcess,
  folder: string,
): Promise<readonly PartResult[]> {
  const { options, services, generator, opened, say } = bench
  const parts: Readonly<Record<Part, () => Promise<PartResult>>> = {
    figures: () => measureFigures(passbook, services, options),
    growth: () => measureGrowth(passbook, services),
    start: () => measureStart(folder, options, opened),
    memory: () => measureMemory(passbook, idle, services, generator, options),
  }
  const results: PartResult[] = []
  for (const part of options.parts) {
    say(`measuring ${part}`)
    const result = await parts[part]().catch((error: Error) => failing(error, part, bench))
    results.push(result)
  }
  return results
}

async function openBench(
  options: BenchOptions,
  folder: string,
  say: (line: string) => void,
  opened: Opened,
): Promise<Bench> {
  const services = await openServices(folder, opened)
  say('filling the databases')
  await seedPassbook(services.passbookUrl, services.secrets.encryptionKeys)
  await seedPeers(services.peersUrl, NAME_KEY)
  await prepareLimits(services)
  const targets = await openTargets(services, options, say, opened)
  const stop = new AbortController()
  opened('the load', async () => stop.abort())
  const generator = (await createWrk(folder, stop.signal)) ?? ownGenerator
  return { options, services, targets, generator, signal: stop.signal, say, opened }
}

/** The whole measurement, on servers of its own. */
export async function compare(
  options: BenchOptions,
  folder: string,
  say: (line: string) => void,
  opened: Opened,
): Promise<BenchResult> {
  const bench = await openBench(options, folder, say, opened)
  const { all, passbook } = bench.targets
  const idle = passbook && (await measureIdle(passbook))
  const passes: Pass[] = []
  const parts: PartResult[] = []
  for (const work of options.works) {
    await playWork(work, bench, passes).catch((error: Error) =>
      parts.push(failing(error, work, bench)),
    )
  }
  if (passbook && idle) parts.push(...(await playParts(bench, passbook, idle, folder)))

  const names = all.map(({ name }) => name)
  const tables = [
    ...(passbook && passes.length > 0 ? [ratioTable(passes, names)] : []),
    ...(passes.length > 0 ? [figuresTable(passes, names)] : []),
    ...parts.map(({ table }) => table),
  ]
  const numFailedTests = [...passes, ...parts].reduce((sum, { failed }) => sum + failed, 0)
  const versions = await listVersions(bench.services, bench.generator, names)
  return { numFailedTests, versions, passes, tables }
}
