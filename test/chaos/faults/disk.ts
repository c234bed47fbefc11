import { setTimeout as delay } from 'node:timers/promises'
import type { Topology } from '../servers/topology.ts'
import { runSql } from '../sql.ts'
import type { FaultKind } from './kind.ts'

/** Leaves no room on the database's disk for a while. */
const filling = (kind: string, more: (topology: Topology) => Promise<void>): FaultKind => ({
  kind,
  targets: ['postgres'],
  lasts: [3_000, 7_000],
  isPossible: ({ storage }) => storage.isSmall,
  async run(topology, { lasts }) {
    try {
      await topology.fillDisk()
      // The server may end of it.
      await more(topology).catch(() => undefined)
      await delay(lasts)
    } finally {
      await topology.freeDisk()
    }
  },
})

/** The database has no room. */
export const DISK_FAULTS: readonly FaultKind[] = [
  filling('fill the disk', async () => undefined),
  // With no room for the next piece of its log of changes the server gives up.
  filling('fill the disk and the log of changes', async ({ postgres }) => {
    await runSql(postgres.url, 'SELECT pg_switch_wal()')
  }),
]
