/** Where a command prints: standard output or error, or what stands in for it. */
export interface Screen {
  readonly isTTY?: boolean | undefined
  write(text: string): unknown
}

/** With separators: `1,234,567`. */
export const formatCount = (count: number): string => count.toLocaleString('en')

/** Per second; of a time too short to measure it says nothing. */
export const formatRate = (count: number, seconds: number): string =>
  seconds < 0.001 ? '-' : `${formatCount(Math.round(count / seconds))}/s`

/** Of less than a second in milliseconds. */
export const formatSeconds = (seconds: number): string =>
  seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`
