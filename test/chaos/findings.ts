/** Something that must not be, and how often it was seen. */
export interface Finding {
  /** Such as `lost write`: the same for the same fault. */
  readonly kind: string
  readonly count: number
  /** The first few, each with when and where. */
  readonly examples: readonly string[]
}

export type Findings = ReturnType<typeof createFindings>

const MAX_EXAMPLES = 5

/** Collects what must not be. @param say told the first few of each kind as they are found */
export function createFindings(say: (line: string) => void = () => undefined) {
  const found = new Map<string, { count: number; readonly examples: string[] }>()
  return {
    /** @param detail what it takes to understand this one: no names, no account numbers */
    add(kind: string, detail: string): void {
      const known = found.get(kind) ?? { count: 0, examples: [] }
      found.set(kind, known)
      known.count += 1
      if (known.examples.length >= MAX_EXAMPLES) return
      known.examples.push(detail)
      say(`FINDING  ${kind}: ${detail}`)
    },
    /** The most frequent first. */
    list: (): readonly Finding[] =>
      [...found]
        .map(([kind, { count, examples }]) => ({ kind, count, examples }))
        .sort((one, other) => other.count - one.count),
  }
}
