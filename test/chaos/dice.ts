import { seededRandom } from '../setup/load.ts'

/** Choices that are the same for the same seed. */
export interface Dice {
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number
  /** Whether something of this probability, 0 to 1, happens. */
  chance(probability: number): boolean
  /** @throws Error for an empty list */
  pick<T>(list: readonly T[]): T
  /** The list in another order. */
  shuffle<T>(list: readonly T[]): T[]
  /** Choices of their own, which those of others do not change. */
  fork(): Dice
}

/** @param seed a whole number of 32 bits */
export function createDice(seed: number): Dice {
  const random = seededRandom(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    chance: (probability) => random() < probability,
    pick(list) {
      const [chosen] = list.slice(below(list.length))
      if (chosen === undefined) throw new Error('nothing to pick from')
      return chosen
    },
    shuffle(list) {
      const left = [...list]
      return list.flatMap(() => left.splice(below(left.length), 1))
    },
    fork: () => createDice(below(2 ** 32)),
  }
}
