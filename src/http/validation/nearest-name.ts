/** Guesses are made for at most this many unknown names per request. */
const MAX_GUESSES = 5
/** Longer names are not compared. */
const MAX_NAME_CHARACTERS = 40
/** At most this many known names are compared. */
const MAX_COMPARED = 50
/** Names with more differences do not count as similar. */
const MAX_DIFFERENCES = 3

const plain = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, '')

/** The rows of {@link differences}, allocated once. */
const ROWS = [0, 1, 2].map(() => new Uint8Array(MAX_NAME_CHARACTERS + MAX_DIFFERENCES + 1))
/** Larger than any distance between two compared names. */
const FAR = 100

/**
 * The edit distance of two names: insertions, deletions, substitutions and swaps of neighbours.
 * Only the band that allows at most `MAX_DIFFERENCES` is computed; beyond it the result is only a
 * lower bound.
 */
function differences(a: string, b: string): number {
  let [row, last, beforeLast] = ROWS as [Uint8Array, Uint8Array, Uint8Array]
  for (let j = 0; j <= b.length; j += 1) last[j] = j
  for (let i = 1; i <= a.length; i += 1) {
    row.fill(FAR)
    row[0] = i
    let smallest = FAR
    const end = Math.min(b.length, i + MAX_DIFFERENCES)
    for (let j = Math.max(1, i - MAX_DIFFERENCES); j <= end; j += 1) {
      const isSame = a.charCodeAt(i - 1) === b.charCodeAt(j - 1)
      let distance = (last[j - 1] as number) + (isSame ? 0 : 1)
      distance = Math.min(distance, (last[j] as number) + 1, (row[j - 1] as number) + 1)
      const isSwapped =
        i > 1 &&
        j > 1 &&
        a.charCodeAt(i - 1) === b.charCodeAt(j - 2) &&
        a.charCodeAt(i - 2) === b.charCodeAt(j - 1)
      if (isSwapped) distance = Math.min(distance, (beforeLast[j - 2] as number) + 1)
      row[j] = distance
      smallest = Math.min(smallest, distance)
    }
    if (smallest > MAX_DIFFERENCES) return FAR
    ;[row, last, beforeLast] = [beforeLast, row, last]
  }
  return last[b.length] as number
}

/**
 * Finds the known name somebody probably meant: the closest one, or the only one that ends in this
 * name. Case, hyphens and underscores are ignored.
 *
 * @returns undefined if no name is close, or the given one is too long
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_NAME_CHARACTERS) return undefined
  const sent = plain(name)
  let best: string | undefined
  let smallest = Math.min(MAX_DIFFERENCES, Math.floor(sent.length / 3)) + 1
  const compared = known.slice(0, MAX_COMPARED)
  for (const one of compared) {
    const candidate = plain(one)
    if (Math.abs(candidate.length - sent.length) >= smallest) continue
    const distance = differences(sent, candidate)
    if (distance < smallest) {
      best = one
      smallest = distance
    }
  }
  if (best !== undefined) return best
  const longer = compared.filter((one) => one.endsWith(`_${name.toLowerCase()}`))
  return longer.length === 1 ? longer[0] : undefined
}

/**
 * Creates the suffix of an unknown-name error, which guesses the intended name for the first few.
 */
export function createGuess(): (name: string, known: readonly string[]) => string {
  let guesses = 0
  return (name, known) => {
    guesses += 1
    const nearest = guesses > MAX_GUESSES ? undefined : nearestName(name, known)
    return nearest === undefined ? '' : `; did you mean ${nearest}?`
  }
}
