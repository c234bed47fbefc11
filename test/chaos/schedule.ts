import type { Dice } from './dice.ts'

/** What a kind of fault needs, for planning. */
export interface FaultPlan {
  readonly kind: string
  /** How long it lasts, in milliseconds: the least and the most. */
  readonly lasts: readonly [number, number]
  /** What it is done to; one is chosen. Faults of one target do not overlap. */
  readonly targets: readonly string[]
}

/** A fault at its time. */
export interface PlannedFault {
  readonly kind: string
  readonly target: string
  /** Milliseconds from the start of the run. */
  readonly at: number
  /** Milliseconds. */
  readonly lasts: number
}

/** A time of faults, and the quiet time after it. All in milliseconds from the start of the run. */
export interface Phase {
  readonly from: number
  readonly quietFrom: number
  readonly until: number
  readonly faults: readonly PlannedFault[]
}

const STORM_MS = 18_000
/** In it everything has to work again, and clients see that it does. */
const QUIET_MS = 12_000
const MIN_FAULTS = 3
const MAX_FAULTS = 6

function planFaults(
  dice: Dice,
  from: number,
  until: number,
  draw: () => FaultPlan,
): readonly PlannedFault[] {
  const busyUntil = new Map<string, number>()
  const faults: PlannedFault[] = []
  const count = dice.between(MIN_FAULTS, MAX_FAULTS)
  for (let index = 0; index < count; index += 1) {
    const { kind, targets, lasts } = draw()
    const target = dice.pick(targets)
    const length = dice.between(...lasts)
    const wanted = from + dice.below(Math.max(1, until - from - length))
    const at = Math.max(wanted, busyUntil.get(target) ?? 0)
    busyUntil.set(target, at + length + 500)
    faults.push({ kind, target, at, lasts: length })
  }
  return faults.sort((one, other) => one.at - other.at)
}

/**
 * Plans a run: times of faults that overlap at times, with quiet between. Kinds come in turn, so that
 * none is left out for long.
 *
 * @param milliseconds how long the run is
 */
export function planRun(
  dice: Dice,
  milliseconds: number,
  kinds: readonly FaultPlan[],
): readonly Phase[] {
  let deck: FaultPlan[] = []
  const draw = () => {
    if (deck.length === 0) deck = dice.shuffle(kinds)
    return deck.pop() as FaultPlan
  }
  const count = Math.max(1, Math.round(milliseconds / (STORM_MS + QUIET_MS)))
  const length = milliseconds / count
  return Array.from({ length: count }, (_, index) => {
    const from = Math.round(index * length)
    const until = Math.round((index + 1) * length)
    const quietFrom = until - QUIET_MS
    return { from, quietFrom, until, faults: planFaults(dice, from, quietFrom, draw) }
  })
}
