import { type Content, type Kind, type Model, mayBe, sameState } from './model.ts'

/** A record as it was found in the database. */
export interface Found {
  readonly marker: string
  readonly content: Content
}

/** Where the database and the model differ. */
export interface Difference {
  readonly kind:
    | 'lost write'
    | 'write done twice'
    | 'record that nobody sent'
    | 'record with wrong content'
    | 'write done in part'
  readonly detail: string
}

/** Compares all records of a kind with what they may be. */
export function compareRecords(
  model: Model,
  kind: Kind,
  found: readonly Found[],
): readonly Difference[] {
  const differences: Difference[] = []
  const report = (difference: Difference['kind'], marker: string, more = '') =>
    differences.push({ kind: difference, detail: `${kind} ${marker}${more}` })
  const seen = new Set<string>()
  for (const { marker, content } of found) {
    if (seen.has(marker)) {
      report('write done twice', marker)
      continue
    }
    seen.add(marker)
    const entry = model.entry(kind, marker)
    if (entry === undefined) report('record that nobody sent', marker)
    else if (!mayBe(entry, content)) {
      const expected = JSON.stringify(entry.states.map((state) => state ?? 'absent'))
      report('record with wrong content', marker, `: ${JSON.stringify(content)} for ${expected}`)
    }
  }
  for (const entry of model.entries(kind)) {
    if (!seen.has(entry.marker) && !mayBe(entry, undefined)) report('lost write', entry.marker)
  }
  return differences
}

/**
 * Compares requests whose outcome nobody knows: all of their changes have to be there, or none.
 *
 * @param found all records by kind
 */
export function compareGroups(
  model: Model,
  found: ReadonlyMap<Kind, readonly Found[]>,
): readonly Difference[] {
  const stored = new Map(
    [...found].flatMap(([kind, records]) =>
      records.map(({ marker, content }) => [`${kind} ${marker}`, content] as const),
    ),
  )
  return model.openGroups().flatMap(({ name, changes }): Difference[] => {
    const done = changes.filter(({ kind, marker, to }) =>
      sameState(stored.get(`${kind} ${marker}`), to),
    ).length
    if (done === 0 || done === changes.length) return []
    return [{ kind: 'write done in part', detail: `${name}: ${done} of ${changes.length} changes` }]
  })
}
