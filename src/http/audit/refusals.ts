import type { AuditEntry } from './entries.ts'

/** Refusals of one account or address that have an entry each, for one action in one minute. */
const MAX_OF_ONE = 10
/** The same of all accounts and addresses together, in this process: about 8 GB in a year. */
const MAX_OF_ALL = 60

/** Refusals of one action by one account or address in this minute. */
interface Counted {
  readonly shared: AuditEntry
  written: number
  waiting: number
}

export type Refusals = ReturnType<typeof createRefusals>

/** What the refusals that one entry counts have in common. */
const sharedBy = ({ action, actorId, apiKeyId, address }: AuditEntry): AuditEntry => ({
  action,
  outcome: 'refused',
  actorId,
  apiKeyId,
  address,
})

/**
 * Bounds the entries of refusals, so that a flood of them cannot fill the disk: the first ones of a minute have an entry
 * each, and one entry counts the others. Its memory is bounded as well: whoever comes when a minute's entries are used
 * up is counted with the others of that action.
 */
export function createRefusals() {
  let counts = new Map<string, Counted>()
  let written = 0

  function counterOf(source: string, entry: AuditEntry): Counted {
    const isKnown = counts.has(`${entry.action} ${source}`)
    const isFull = !isKnown && written >= MAX_OF_ALL
    const key = isFull ? entry.action : `${entry.action} ${source}`
    const known = counts.get(key)
    if (known) return known
    const shared: AuditEntry = isFull
      ? { action: entry.action, outcome: 'refused', address: '' }
      : sharedBy(entry)
    const counted = { shared, written: 0, waiting: 0 }
    counts.set(key, counted)
    return counted
  }

  return {
    /**
     * @param source the account or address it comes from
     * @returns whether the refusal gets an entry of its own; if not, it is counted
     */
    admit(source: string, entry: AuditEntry): boolean {
      const counted = counterOf(source, entry)
      const isAdmitted = counted.written < MAX_OF_ONE && written < MAX_OF_ALL
      if (isAdmitted) {
        counted.written += 1
        written += 1
      } else counted.waiting += 1
      return isAdmitted
    },

    /** Begins a new minute. @returns the entries that count the refusals of the last one */
    endMinute(): readonly AuditEntry[] {
      const ended = [...counts.values()]
      counts = new Map()
      written = 0
      return ended
        .filter(({ waiting }) => waiting > 0)
        .map(({ shared, waiting }) => ({ ...shared, count: waiting }))
    },
  }
}
