/** Of a longer name so many characters are shown: an answer is not to grow with what was sent. */
const MAX_SHOWN_CHARACTERS = 100

/** A name that a caller made up, as an error shows it. */
export const shownName = (name: string): string =>
  (name.length > MAX_SHOWN_CHARACTERS
    ? `${name.slice(0, MAX_SHOWN_CHARACTERS)}…`
    : name
  ).toWellFormed()

/** A name as a token of a JSON Pointer (RFC 6901). */
export const pointerToken = (name: string): string =>
  shownName(name).replaceAll('~', '~0').replaceAll('/', '~1')
