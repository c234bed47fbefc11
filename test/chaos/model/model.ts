/** The kinds of records that clients write. */
export type Kind = 'user' | 'transaction' | 'task' | 'employment' | 'bank account' | 'dataset'

/** What a record holds: the same fields in the same order for each kind. */
export type Content = Readonly<Record<string, string | number | null>>

/** A record as it may be: absent is undefined. */
export type State = Content | undefined

/** A record that a client wrote, or tried to. */
export interface Entry {
  readonly kind: Kind
  /** Unique among its kind, and part of the record itself: by it the record is found again. */
  readonly marker: string
  /** The number of the user it goes away with; undefined for a user and for what has none. */
  readonly userId: number | undefined
  /** Its number, once an answer told it. */
  id: number | undefined
  /** What it may be now. One state: what it is. */
  states: readonly State[]
  /** Whether a write without an answer may still take effect: then it is written no more. */
  retired: boolean
}

/** A change that one request makes to one record. */
export interface Change {
  readonly kind: Kind
  readonly marker: string
  readonly userId?: number | undefined
  readonly to: State
}

/** A request that writes, from its start to what becomes of it. */
export interface Write {
  readonly entries: readonly Entry[]
  /** An answer said that it was done. @param except the places of changes that it refused */
  acknowledge(except?: ReadonlySet<number>): void
  /** Nothing of it was done. */
  refuse(): void
  /** Nobody knows whether it was, or will be, done. */
  leaveOpen(): void
}

/** Changes of which all or none take effect, and nobody knows which. */
export interface OpenGroup {
  readonly name: string
  readonly changes: readonly Change[]
}

export const sameState = (one: State, other: State): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

/** Whether a record may be in this state. */
export const mayBe = ({ states }: Entry, state: State): boolean =>
  states.some((known) => sameState(known, state))

/** Whether a record is there, whatever it holds: not where that is not known. */
export const isThere = ({ states }: Entry): boolean => states.every((state) => state !== undefined)

/** What has to be in the database, by what was sent and answered. */
export class Model {
  readonly #entries = new Map<string, Entry>()
  readonly #groups = new Set<OpenGroup>()

  entry(kind: Kind, marker: string): Entry | undefined {
    return this.#entries.get(`${kind} ${marker}`)
  }

  entries(kind: Kind): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.kind === kind)
  }

  /** What goes away with a user. */
  belongings(userId: number): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.userId === userId)
  }

  openGroups(): readonly OpenGroup[] {
    return [...this.#groups]
  }

  /** Puts in what is known to be there. */
  know(change: Change, id: number): Entry {
    const entry = this.#reach(change)
    entry.id = id
    entry.states = [change.to]
    return entry
  }

  /**
   * A request is about to be sent: until more is known, each record may be as before or as after.
   *
   * @param name of the request, for findings
   */
  start(name: string, changes: readonly Change[]): Write {
    const entries = changes.map((change) => this.#reach(change))
    const before = entries.map(({ states }) => states)
    for (const [index, entry] of entries.entries()) {
      entry.states = [...entry.states, changes[index]?.to]
    }
    // What may have been so before says nothing of whether the request took effect.
    const telling = changes.filter(
      ({ to }, index) => !before[index]?.some((state) => sameState(state, to)),
    )
    const group = { name, changes: telling }
    if (telling.length > 1) this.#groups.add(group)
    const settle = () => this.#groups.delete(group)
    return {
      entries,
      acknowledge: (except = new Set()) => {
        settle()
        for (const [index, entry] of entries.entries()) {
          entry.states = except.has(index) ? (before[index] ?? []) : [changes[index]?.to]
        }
      },
      refuse: () => {
        settle()
        for (const [index, entry] of entries.entries()) entry.states = before[index] ?? []
      },
      leaveOpen: () => {
        for (const entry of entries) entry.retired = true
      },
    }
  }

  #reach({ kind, marker, userId }: Change): Entry {
    const key = `${kind} ${marker}`
    const known = this.#entries.get(key)
    if (known) return known
    const entry: Entry = {
      kind,
      marker,
      userId,
      id: undefined,
      states: [undefined],
      retired: false,
    }
    this.#entries.set(key, entry)
    return entry
  }
}
