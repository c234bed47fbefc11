/** What happened to the requests of a run. Times in milliseconds. */
export interface Statistics {
  requests: number
  acknowledged: number
  refused: number
  /** Writes without an answer that says what became of them. */
  unknown: number
  reads: number
  /** Reads whose answer was compared with the model. */
  compared: number
  /** Requests for which no process could be reached. */
  unsent: number
  /** Connections that broke before the answer. */
  broken: number
  readonly unavailable: Map<string, number>
  slowest: number
  readonly slowestPath: { path: string }
  /** How long after the faults the figures were current again, at most. */
  currentAfter: number
  /** How long after the faults every process said that it is ready, at most. */
  readyAfter: number
}

export const createStatistics = (): Statistics => ({
  requests: 0,
  acknowledged: 0,
  refused: 0,
  unknown: 0,
  reads: 0,
  compared: 0,
  unsent: 0,
  broken: 0,
  unavailable: new Map(),
  slowest: 0,
  slowestPath: { path: '' },
  currentAfter: 0,
  readyAfter: 0,
})
