import DataLoader from 'dataloader'
import type { LookUps, PlainDatabase } from '../client.ts'
import { noteAsked, runWhenQuiet } from './quiet-turn.ts'

/** The most that one statement is asked. */
const MAX_KEYS = 500

/** How a statement is shared. */
export interface Sharing {
  /** Runs work when its statements may be sent; by default after a turn that asked nothing more. */
  readonly begin?: (work: () => void) => void
  /** How many statements run at once; what is asked meanwhile shares the next one. Default: 1. */
  readonly maxRunning?: number
}

/**
 * Makes all that is asked in a few turns of the event loop share one statement, and so one round
 * trip. The statement begins after all of it was asked: its answers are as fresh as those of a
 * statement each. Alone, a question waits for one turn in which nothing happens.
 *
 * @param run answers in the order of the keys; what it throws reaches all who asked
 */
export function shareStatement<Key, Answer>(
  run: (keys: readonly Key[]) => Promise<readonly Answer[]>,
  { begin: beginWork = runWhenQuiet, maxRunning = 1 }: Sharing = {},
): (key: Key) => Promise<Answer> {
  let running = 0
  const waiting: (() => void)[] = []

  function begin(dispatch: () => void): void {
    running += 1
    beginWork(dispatch)
  }

  const loader = new DataLoader<Key, Answer>(
    async (keys) => {
      try {
        return [...(await run(keys))]
      } finally {
        running -= 1
        const next = waiting.shift()
        if (next) begin(next)
      }
    },
    {
      cache: false,
      maxBatchSize: MAX_KEYS,
      batchScheduleFn: (dispatch) =>
        running < maxRunning ? begin(dispatch) : void waiting.push(dispatch),
    },
  )
  return (key) => {
    noteAsked()
    return loader.load(key)
  }
}

/**
 * Shares look-ups by number. The statement gets the distinct numbers as its only parameter, a
 * `bigint[]`, and returns at most one row for each, with its `place` among them, from 1.
 */
export function shareLookUp<Row extends { readonly place: number }>(
  lookUps: LookUps,
  text: string,
): (id: number) => Promise<Row | undefined> {
  return shareStatement(async (ids: readonly number[]) => {
    const distinct = [...new Set(ids)]
    // As text: the driver looks at each element of an array for what has to be escaped.
    const rows = await lookUps.rows<Row>(text, [`{${distinct.join(',')}}`])
    const found = new Map(rows.map((row) => [distinct[row.place - 1], row]))
    return ids.map((id) => found.get(id))
  }, lookUps)
}

/** Statements that are sent with the next look-ups. They have to be as short as these. */
export const withLookUps = ({ rows, begin = runWhenQuiet }: LookUps): PlainDatabase => ({
  rows: (text, values) => {
    noteAsked()
    return new Promise((resolve) => begin(() => resolve(rows(text, values))))
  },
})
