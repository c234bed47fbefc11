/**
 * A text without regard to case and to how its characters are encoded: what names that count as the same
 * have in common. Every writer of a key and every filter by one must use this function.
 */
export const caseless = (text: string): string => text.normalize('NFKC').toLowerCase()
