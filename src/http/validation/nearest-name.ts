/** For so many unknown names of a request the nearest known one is looked for. */
const MAX_GUESSES = 5
/** Longer names are not compared. */
const MAX_NAME_CHARACTERS = 40
/** Of more known names the first are looked at. */
const MAX_COMPARED = 50
/** Names that differ in more places are others. */
const MAX_DIFFERENCES = 3

const plain = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, '')

/** Rows of {@link differences}, made once. */
const ROWS = [0, 1, 2].map(() => new Uint8Array(MAX_NAME_CHARACTERS + MAX_DIFFERENCES + 1))
/** More than any two names that are compared can differ in. */
const FAR = 100

/**
 * In how many characters two names differ: one more, one less, another one, or two that changed places.
 * Only what can come to few differences is looked at; of more it says at least so many.
 */
function differences(a: string, b: string): number {
  let [row, last, beforeLast] = ROWS as [Uint8Array, Uint8Array, Uint8Array]
  for (let j = 0; j <= b.length; j += 1) last[j] = j
  for (let i = 1; i <= a.length; i += 1) {
    row.fill(FAR)
    row[0] = i
    let least = FAR
    const end = Math.min(b.length, i + MAX_DIFFERENCES)
    for (let j = Math.max(1, i - MAX_DIFFERENCES); j <= end; j += 1) {
      const isSame = a.charCodeAt(i - 1) === b.charCodeAt(j - 1)
      let found = (last[j - 1] as number) + (isSame ? 0 : 1)
      found = Math.min(found, (last[j] as number) + 1, (row[j - 1] as number) + 1)
      const isSwapped =
        i > 1 &&
        j > 1 &&
        a.charCodeAt(i - 1) === b.charCodeAt(j - 2) &&
        a.charCodeAt(i - 2) === b.charCodeAt(j - 1)
      if (isSwapped) found = Math.min(found, (beforeLast[j - 2] as number) + 1)
      row[j] = found
      least = Math.min(least, found)
    }
    if (least > MAX_DIFFERENCES) return FAR
    ;[row, last, beforeLast] = [beforeLast, row, last]
  }
  return last[b.length] as number
}

/**
 * Which known name somebody may have meant: the one that is closest, or the only one that ends in this
 * name. Case, hyphens and underscores do not count.
 *
 * @returns undefined when none is close, or the name is long
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_NAME_CHARACTERS) return undefined
  const sent = plain(name)
  let best: string | undefined
  let least = Math.min(MAX_DIFFERENCES, Math.floor(sent.length / 3)) + 1
  const compared = known.slice(0, MAX_COMPARED)
  for (const one of compared) {
    const candidate = plain(one)
    if (Math.abs(candidate.length - sent.length) >= least) continue
    const found = differences(sent, candidate)
    if (found < least) {
      best = one
      least = found
    }
  }
  if (best !== undefined) return best
  const longer = compared.filter((one) => one.endsWith(`_${name.toLowerCase()}`))
  return longer.length === 1 ? longer[0] : undefined
}

/** Makes what ends a message about an unknown name: a guess which one was meant, for the first few. */
export function createGuess(): (name: string, known: readonly string[]) => string {
  let guesses = 0
  return (name, known) => {
    guesses += 1
    const near = guesses > MAX_GUESSES ? undefined : nearestName(name, known)
    return near === undefined ? '' : `; did you mean ${near}?`
  }
}
