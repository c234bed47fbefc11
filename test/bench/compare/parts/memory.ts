import { setTimeout as delay } from 'node:timers/promises'
import { createContestant } from '../contestant.ts'
import type { Generator } from '../load/generator.ts'
import type { BenchOptions } from '../options.ts'
import { type Memory, memoryOf, treeOf } from '../system/process-statistics.ts'
import type { Services } from '../system/services.ts'
import { table } from '../tables.ts'
import type { Passbook } from '../targets/passbook.ts'
import type { Work } from '../works.ts'
import type { PartResult } from './part.ts'

/** After a start what was only needed for it may go. */
const IDLE_MS = 3_000
const LOADS: readonly Work[] = ['analytics', 'history-cold', 'create', 'mixed']

/** The memory of each process by what it is. */
export type MemoryByProcess = ReadonlyMap<string, Memory>

/** Reads the memory of Passbook's processes now. */
function readMemory({ pid, workerPid }: Passbook): MemoryByProcess {
  const found = new Map<string, Memory>()
  for (const [name, root] of [
    ['API', pid],
    ['worker', workerPid],
  ] as const) {
    for (const [index, process] of treeOf([root]).entries()) {
      const memory = memoryOf(process)
      if (memory) found.set(index === 0 ? name : `${name}, child ${index}`, memory)
    }
  }
  return found
}

/** The memory before any load. */
export async function measureIdle(passbook: Passbook): Promise<MemoryByProcess> {
  await delay(IDLE_MS)
  return readMemory(passbook)
}

/** The memory in the middle of loads, the highest of each process, beside that before them. */
export async function measureMemory(
  passbook: Passbook,
  idle: MemoryByProcess,
  services: Services,
  generator: Generator,
  { connections, seconds }: BenchOptions,
): Promise<PartResult> {
  const highest = new Map<string, Memory>()
  let failed = 0
  for (const work of LOADS) {
    const { turn } = await createContestant(passbook, work, generator, services)
    const timer = setTimeout(() => {
      for (const [name, { rss, pss }] of readMemory(passbook)) {
        const before = highest.get(name) ?? { rss: 0, pss: 0 }
        highest.set(name, { rss: Math.max(rss, before.rss), pss: Math.max(pss, before.pss) })
      }
    }, seconds * 1000)
    failed += (await turn(Math.max(...connections), seconds, 1)).failed
    clearTimeout(timer)
  }
  const text = (value: number | undefined) => (value === undefined ? '' : value.toFixed(0))
  const rows = [...highest].map(([name, { rss, pss }]) => [
    name,
    text(idle.get(name)?.rss),
    text(idle.get(name)?.pss),
    text(rss),
    text(pss),
  ])
  const head = ['process', 'idle RSS MiB', 'idle PSS', 'under load RSS', 'under load PSS']
  return { table: table(head, rows), failed }
}
