/** What a part of the measurement found. */
export interface PartResult {
  /** In Markdown. */
  readonly table: string
  /** Requests that failed. */
  readonly failed: number
}
