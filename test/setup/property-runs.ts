/**
 * How many cases a property is tried with: all if `PROPERTY_RUNS=full`, as before every merge;
 * otherwise a third, so that a developer's run stays short. Cases are other ones each time.
 */
export const propertyRuns = (full: number): number =>
  process.env['PROPERTY_RUNS'] === 'full' ? full : Math.ceil(full / 3)
