/** Where a command prints: standard output, standard error, or a test's stand-in. */
export interface Screen {
  readonly isTTY?: boolean | undefined
  write(text: string): unknown
}

/** With thousands separators: `1,234,567`. */
export const formatCount = (count: number): string => count.toLocaleString('en')

/** Per second, or `-` if the time is too short to measure. */
export const formatRate = (count: number, seconds: number): string =>
  seconds < 0.001 ? '-' : `${formatCount(Math.round(count / seconds))}/s`

/** In milliseconds below one second. */
export const formatSeconds = (seconds: number): string =>
  seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`
