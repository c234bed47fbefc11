/**
 * Normalises a name for comparison, ignoring case and Unicode encoding. Everything that writes or
 * filters by such a key must use this function.
 */
export const caseless = (text: string): string => text.normalize('NFKC').toLowerCase()
