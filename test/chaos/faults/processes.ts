import { setTimeout as delay } from 'node:timers/promises'
import type { FaultKind } from './kind.ts'

const APIS = ['api1', 'api2']
const WORKERS = ['worker1', 'worker2']

/** Ends a process and starts it again when the time of the fault is over. */
const ending = (kind: string, signal: NodeJS.Signals, targets: readonly string[]): FaultKind => ({
  kind,
  targets,
  lasts: [0, 3_000],
  async run(topology, { target, lasts }) {
    const member = topology.memberOf(target)
    await member.end(signal)
    await delay(lasts)
    member.start()
  },
})

/** Processes of the service end, or stand still. */
export const PROCESS_FAULTS: readonly FaultKind[] = [
  ending('kill an API process', 'SIGKILL', APIS),
  ending('restart an API process', 'SIGTERM', APIS),
  ending('kill a worker', 'SIGKILL', WORKERS),
  ending('restart a worker', 'SIGTERM', WORKERS),
  {
    kind: 'pause a worker',
    targets: WORKERS,
    lasts: [2_000, 8_000],
    async run(topology, { target, lasts }) {
      const member = topology.memberOf(target)
      member.pause()
      await delay(lasts)
      member.resume()
    },
  },
]
