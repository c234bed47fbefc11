/** Draws a whole number from 0 to below `end`. */
export type Draw = (end: number) => number

/** Draws the same numbers in every run, by the generator in Numerical Recipes. */
export function createDraw(): Draw {
  let state = 20_260_131
  return (end) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * end)
  }
}
