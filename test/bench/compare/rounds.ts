import type { Contestant, Turn } from './contestant.ts'
import type { BenchOptions } from './options.ts'
import type { TargetName } from './targets/target.ts'
import { BULK_CONNECTIONS, type Work } from './works.ts'

/** A turn of a target, and which it was. */
export type Pass = Turn & {
  readonly work: Work
  readonly connections: number
  readonly round: number
  readonly target: TargetName
}

/** Connections at once that a kind of work is measured with. */
export const connectionsOf = (work: Work, { connections }: BenchOptions): readonly number[] =>
  work === 'bulk' ? [BULK_CONNECTIONS] : connections

/** Few bulk requests are answered in a second. */
const secondsOf = (work: Work, { seconds }: BenchOptions) => (work === 'bulk' ? 3 : 1) * seconds

/** All turns of a kind of work. Who goes first changes with each round. */
export async function playRounds(
  work: Work,
  contestants: readonly Contestant[],
  options: BenchOptions,
  done: (pass: Pass) => void,
): Promise<void> {
  for (const connections of connectionsOf(work, options)) {
    for (let round = 1; round <= options.rounds; round += 1) {
      const order = round % 2 === 1 ? contestants : [...contestants].reverse()
      for (const { name: target, turn } of order) {
        const result = await turn(connections, secondsOf(work, options), round)
        done({ work, connections, round, target, ...result })
      }
    }
  }
}
