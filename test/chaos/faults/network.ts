import { setTimeout as delay } from 'node:timers/promises'
import type { FaultKind } from './kind.ts'

const MEMBERS = ['api1', 'api2', 'worker1', 'worker2']
/** In each direction, in milliseconds. */
const SLOW_MS = 200

/** Changes the way from one process to a server, and mends it. */
const onTheWay = (
  kind: string,
  way: 'toDatabase' | 'toRedis',
  how: 'cut' | 'hold' | 'slow',
  lasts: readonly [number, number],
): FaultKind => ({
  kind,
  targets: MEMBERS.map((name) => `${name} ${way}`),
  lasts,
  async run(topology, fault) {
    const proxy = topology.memberOf(fault.target.split(' ')[0] ?? '')[way]
    if (how === 'slow') proxy.slow(SLOW_MS)
    else proxy[how]()
    await delay(fault.lasts)
    proxy.mend()
  },
})

/** A process does not reach a server, or takes long to. */
export const NETWORK_FAULTS: readonly FaultKind[] = [
  onTheWay('cut off from PostgreSQL', 'toDatabase', 'cut', [200, 5_000]),
  onTheWay('cut off from Redis', 'toRedis', 'cut', [200, 5_000]),
  onTheWay('no word from PostgreSQL', 'toDatabase', 'hold', [3_000, 9_000]),
  onTheWay('no word from Redis', 'toRedis', 'hold', [3_000, 9_000]),
  onTheWay('slow way to PostgreSQL', 'toDatabase', 'slow', [4_000, 9_000]),
  onTheWay('slow way to Redis', 'toRedis', 'slow', [4_000, 9_000]),
]
