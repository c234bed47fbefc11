/** Longer names are truncated, so that an answer does not grow with the request. */
const MAX_SHOWN_CHARACTERS = 100

/** A name made up by a caller, shortened for an error message. */
export const shownName = (name: string): string =>
  (name.length > MAX_SHOWN_CHARACTERS
    ? `${name.slice(0, MAX_SHOWN_CHARACTERS)}…`
    : name
  ).toWellFormed()

/** Encodes a name as a JSON Pointer token (RFC 6901). */
export const pointerToken = (name: string): string =>
  shownName(name).replaceAll('~', '~0').replaceAll('/', '~1')
