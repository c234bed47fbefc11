/** Separates the user's id from the answer's name. */
const SEPARATOR = '/'

/** The key of an answer. The user's id alone is the key of all their answers. */
export const answerKey = (userId: number, name: string): string => `${userId}${SEPARATOR}${name}`

/** The user's id in an answer's key. */
export const userOf = (key: string): string => key.slice(0, key.indexOf(SEPARATOR))

/** The answer's name in its key. */
export const nameOf = (key: string): string => key.slice(key.indexOf(SEPARATOR) + 1)
