/**
 * How many cases a property is tried with: all if `PROPERTY_RUNS=full`, for who changes what it
 * tests; otherwise a third, so that `npm test` stays short. Cases are other ones each time.
 */
export const propertyRuns = (full: number): number =>
  process.env['PROPERTY_RUNS'] === 'full' ? full : Math.ceil(full / 3)
