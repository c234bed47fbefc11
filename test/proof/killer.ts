import { poll } from '../../src/database/embedded/poll.ts'
import type { Member } from '../chaos/servers/member.ts'
import type { Topology } from '../chaos/servers/topology.ts'
import type { Moment } from './plan.ts'

/** On a busy machine; others take 3,000. */
const MAX_START_MS = 120_000

export type Killer = ReturnType<typeof createKiller>

const targetsOf = ({ apis, workers, members }: Topology, { kind, index }: Moment) => {
  if (kind === 'all processes') return members
  const one = (kind === 'a worker' ? workers : apis)[index]
  return one === undefined ? [] : [one]
}

async function restart(member: Member): Promise<void> {
  await member.end('SIGKILL')
  member.start()
}

/**
 * Kills processes as writes are acknowledged, and starts them again at once. Writes go on meanwhile,
 * up to the next moment: what is killed then has to be at work.
 */
export function createKiller(
  topology: Topology,
  moments: readonly Moment[],
  say: (line: string) => void,
) {
  const left = [...moments]
  let acknowledged = 0
  let kills = 0
  let restored: Promise<void> | undefined

  async function kill(moment: Moment): Promise<void> {
    const targets = targetsOf(topology, moment)
    kills += targets.length
    await Promise.all(targets.map(restart))
    const areReady = async () => topology.members.every((each) => each.isReady()) || undefined
    if (!(await poll(areReady, MAX_START_MS))) throw new Error('not all processes came back')
  }

  function look(): void {
    const [next] = left
    if (next === undefined || acknowledged < next.after || restored !== undefined) return
    left.shift()
    say(`after ${acknowledged} writes: kill -9 of ${next.kind}`)
    restored = kill(next).finally(() => {
      restored = undefined
      look()
    })
    // Whoever waits for it is told.
    restored.catch(() => undefined)
  }

  return {
    /** Tells that a write was acknowledged. */
    acknowledged(): void {
      acknowledged += 1
      look()
    },
    /** Waits while a moment has come and what the one before it killed is not back. */
    async turn(): Promise<void> {
      while (restored !== undefined && acknowledged >= (left[0]?.after ?? Number.POSITIVE_INFINITY))
        await restored
    },
    /** Waits until all are back. @returns how many processes were killed */
    async finish(): Promise<number> {
      while (restored !== undefined) await restored
      return kills
    },
  }
}
