import type { LoadRequest } from '../../overload/load.ts'
import { runLoad } from '../../overload/run-load.ts'

/** One turn of a target. */
export interface LoadTurn {
  readonly connections: number
  readonly seconds: number
  /** The place in the list of requests to begin at. */
  readonly from: number
  /** Whether each status is looked at, where that costs something. */
  readonly isChecked: boolean
}

/** What came of a turn; times are in milliseconds. */
export interface LoadCount {
  readonly requests: number
  readonly seconds: number
  readonly p50: number
  readonly p99: number
  readonly failed: number
}

/** Sends requests by so many connections, each of which waits for its answer. */
export interface Generator {
  readonly name: string
  readonly prepare: (
    url: string,
    token: string,
    requests: readonly LoadRequest[],
  ) => Promise<(turn: LoadTurn) => Promise<LoadCount>>
}

/** The sender of test/bench/overload, for machines without wrk: it takes more of the cores that all share. */
export const ownGenerator: Generator = {
  name: 'a sender of Node.js sockets',
  prepare: async (url, token, requests) => async (turn) => {
    const { connections, seconds, from } = turn
    const start = from % requests.length
    const turned = [...requests.slice(start), ...requests.slice(0, start)]
    const result = await runLoad({ url, token, seconds, connections, requests: turned })
    const count = (perSecond: number) => Math.round(perSecond * seconds)
    return {
      requests: count(result.accepted),
      seconds,
      p50: result.p50,
      p99: result.p99,
      failed: count(result.shed + result.failed),
    }
  },
}
