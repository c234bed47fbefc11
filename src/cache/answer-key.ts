/** Between the user whom an answer is about and the answer's own name. */
const SEPARATOR = '/'

/** The key of an answer. That of its user is the user's id. */
export const answerKey = (userId: number, name: string): string => `${userId}${SEPARATOR}${name}`

/** The part of an answer's key that is the key of its user. */
export const userOf = (key: string): string => key.slice(0, key.indexOf(SEPARATOR))

/** The part of an answer's key that is its name. */
export const nameOf = (key: string): string => key.slice(key.indexOf(SEPARATOR) + 1)
