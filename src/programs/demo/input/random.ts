/** Draws that repeat: the same seed gives the same row of numbers on every machine. */
export interface Random {
  /** A number from 0 up to, not including, 1. */
  fraction(): number
  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number
  pick<T>(choices: readonly [T, ...T[]]): T
}

/** Mulberry32, a well-known generator of 32 bits: small, and good enough to make a sample. */
export function createRandom(seed: number): Random {
  let state = seed
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number) => Math.floor(fraction() * end)
  return {
    fraction,
    below,
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
  }
}
