import DataLoader from 'dataloader'
import type { PlainDatabase } from './client.ts'

/** The most that one statement is asked. */
const MAX_KEYS = 500

/**
 * How many turns of the event loop a statement waits while more is asked in each. Under load the
 * sockets of many requests become readable one turn after the other; three turns gather nearly twice
 * as many as one, and eight no more.
 */
const MAX_TURNS = 3

/** How much was asked of all shared statements so far. */
let asked = 0
let due: (() => void)[] = []

/** Runs all that is due in one go, once a turn asked nothing more. */
function runWhenQuiet(dispatch: () => void): void {
  if (due.push(dispatch) > 1) return
  const look = (before: number, turns: number) => {
    if (asked > before && turns < MAX_TURNS) {
      setImmediate(look, asked, turns + 1)
      return
    }
    const all = due
    due = []
    for (const dispatch of all) dispatch()
  }
  setImmediate(look, 0, 1)
}

/**
 * Makes all that is asked in a few turns of the event loop share one statement, and so one round
 * trip. The statement begins after all of it was asked: its answers are as fresh as those of a
 * statement each. Alone, a question waits for one turn in which nothing happens.
 *
 * @param run answers in the order of the keys; what it throws reaches all who asked
 * @param maxRunning how many statements run at once; what is asked meanwhile shares the next one
 */
export function shareStatement<Key, Answer>(
  run: (keys: readonly Key[]) => Promise<readonly Answer[]>,
  maxRunning = 1,
): (key: Key) => Promise<Answer> {
  let running = 0
  const waiting: (() => void)[] = []

  function begin(dispatch: () => void): void {
    running += 1
    runWhenQuiet(dispatch)
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
    asked += 1
    return loader.load(key)
  }
}

/**
 * Shares look-ups by number. The statement gets the distinct numbers as its only parameter, a
 * `bigint[]`, and returns at most one row for each, with its `place` among them, from 1.
 */
export function shareLookUp<Row extends { readonly place: number }>(
  lookUps: PlainDatabase,
  text: string,
): (id: number) => Promise<Row | undefined> {
  return shareStatement(async (ids: readonly number[]) => {
    const distinct = [...new Set(ids)]
    // As text: the driver looks at each element of an array for what has to be escaped.
    const rows = await lookUps.rows<Row>(text, [`{${distinct.join(',')}}`])
    const found = new Map(rows.map((row) => [distinct[row.place - 1], row]))
    return ids.map((id) => found.get(id))
  })
}
