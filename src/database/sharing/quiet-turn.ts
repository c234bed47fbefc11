/**
 * How many turns of the event loop work waits while more is asked in each. Under load the sockets of
 * many requests become readable one turn after the other; three turns gather nearly twice as many as
 * one, and eight no more.
 */
const MAX_TURNS = 3

/** How much was asked so far. */
let asked = 0
let due: (() => void)[] = []

/** Says that something was asked which waiting work may answer too. */
export function noteAsked(): void {
  asked += 1
}

/** Runs all work that is due in one go, once a turn of the event loop asked nothing more. */
export function runWhenQuiet(work: () => void): void {
  if (due.push(work) > 1) return
  const look = (before: number, turns: number) => {
    if (asked > before && turns < MAX_TURNS) {
      setImmediate(look, asked, turns + 1)
      return
    }
    const all = due
    due = []
    for (const work of all) work()
  }
  setImmediate(look, 0, 1)
}
