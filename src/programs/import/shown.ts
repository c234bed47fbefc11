/**
 * Text of a file in one line of a terminal: longer ones are cut. Control characters would move the cursor.
 *
 * @param length in characters
 */
export function shown(text: string, length: number): string {
  const clean = text.replace(/\p{Cc}+/gu, ' ')
  return clean.length > length ? `${clean.slice(0, length - 1)}…` : clean
}
