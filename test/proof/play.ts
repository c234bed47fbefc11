import type { Findings } from '../chaos/findings.ts'
import type { Installation } from './installation.ts'
import { createKiller } from './killer.ts'
import type { Plan } from './plan.ts'
import { startReader } from './reader.ts'
import { settle } from './settle.ts'
import { writeAll } from './writer.ts'

interface Options {
  readonly plan: Plan
  readonly installation: Installation
  readonly findings: Findings
  readonly say: (line: string) => void
}

/** Carries a plan out: writes and kills, while a reader follows the events, until nothing waits. */
export async function play({ plan, installation, findings, say }: Options) {
  const { topology, send, users } = installation
  const killer = createKiller(topology, plan.moments, say)
  const reader = startReader(send)
  let repeated = 0
  const countRepeated = () => {
    repeated += 1
  }
  try {
    const start = performance.now()
    const writer = { send, killer, users, repeated: countRepeated }
    const written = await writeAll(writer, plan.transactions)
    const kills = await killer.finish()
    const end = performance.now()
    say('all is written; what waits is awaited')
    await settle(topology.postgres.url, findings)
    return {
      written,
      kills,
      repeated,
      wroteMs: end - start,
      settledMs: performance.now() - end,
      read: await reader.finish(),
    }
  } finally {
    reader.abandon()
  }
}
