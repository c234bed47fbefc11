/** What a value that is only known once a case runs is made from. */
export interface Facts {
  /** Letters and digits that no other value of the run has. */
  unique(): string
  /** The id of the customer whose records the case may change. */
  readonly ownerId: number
}

/** Stands in a generated value for one that is only known once the case runs. */
export class Late {
  constructor(readonly of: (facts: Facts) => unknown) {}
}

/** A value with everything in it that is {@link Late} put in its place. */
export function settle(value: unknown, facts: Facts): unknown {
  if (value instanceof Late) return value.of(facts)
  if (Array.isArray(value)) return value.map((item) => settle(item, facts))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, settle(field, facts)]),
  )
}
