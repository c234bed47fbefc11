import type { Opened } from '../../chaos/servers/topology.ts'
import type { Shown } from '../../chaos/tool.ts'
import { createContestant } from './contestant.ts'
import { ownGenerator } from './load/generator.ts'
import { createWrk } from './load/wrk.ts'
import type { BenchOptions } from './options.ts'
import { type Pass, playRounds } from './rounds.ts'
import { seedPassbook, seedPeers } from './seed.ts'
import { openServices } from './system/services.ts'
import { figuresTable, ratioTable } from './tables.ts'
import { openTargets } from './targets/open-targets.ts'
import { NAME_KEY } from './targets/peer.ts'
import type { Work } from './works.ts'

/** What the bare server is measured beside: the answers to other work are many times larger. */
const LIMITED: readonly Work[] = ['live', 'analytics', 'user']

const describe = ({ work, connections, round, target, requests, seconds, failed }: Pass) =>
  `${work} ${connections} round ${round} ${target}: ${Math.round(requests / seconds)}/s, ${failed} failed`

/** The whole measurement, on servers of its own. */
export async function compare(
  options: BenchOptions,
  folder: string,
  say: (line: string) => void,
  opened: Opened,
): Promise<Shown> {
  const stop = new AbortController()
  opened('the load', async () => stop.abort())
  const services = await openServices(folder, opened)
  say('filling the databases')
  await seedPassbook(services.passbookUrl, services.secrets.encryptionKeys)
  await seedPeers(services.peersUrl, NAME_KEY)
  const targets = await openTargets(services, options, say, opened)
  const generator = (await createWrk(folder, stop.signal)) ?? ownGenerator
  const passes: Pass[] = []
  for (const work of options.works) {
    const playing = targets.all.filter(({ name }) => name !== 'limit' || LIMITED.includes(work))
    const contestants = []
    for (const target of playing) {
      contestants.push(await createContestant(target, work, generator, services))
    }
    await playRounds(work, contestants, options, (pass) => {
      passes.push(pass)
      say(describe(pass))
    })
  }
  const names = targets.all.map(({ name }) => name)
  const tables = [
    ratioTable(
      passes,
      names.filter((name) => name !== 'passbook'),
    ),
    figuresTable(passes, names),
  ]
  const numFailedTests = passes.reduce((sum, { failed }) => sum + failed, 0)
  return { text: `${tables.join('\n\n')}\n`, document: { numFailedTests, passes, tables } as never }
}
