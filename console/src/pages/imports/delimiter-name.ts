const NAMES: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'bar',
  ' ': 'blank',
}

/** A delimiter as a word, since most of them can hardly be seen. */
export const delimiterName = (delimiter: string): string =>
  NAMES[delimiter] ?? (delimiter || 'none')
