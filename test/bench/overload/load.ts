import { type Connection, openConnection } from './connection.ts'
import { requestBytes } from './request-bytes.ts'

/** One request of a load, ready to be sent. */
export interface LoadRequest {
  readonly method: string
  readonly path: string
  readonly body?: string
}

/** Requests in turns: by so many connections each of which waits for its answer, or so many a second come what may. */
export interface LoadOrder {
  readonly url: string
  readonly token: string
  readonly seconds: number
  readonly requests: readonly LoadRequest[]
  readonly connections?: number
  readonly perSecond?: number
}

/** Answers a second, and milliseconds of those that were not refused. */
export interface LoadResult {
  readonly accepted: number
  readonly shed: number
  readonly failed: number
  readonly p50: number
  readonly p99: number
  /** How late the sender was, at its 99th percentile: a measurement where it is large says little. */
  readonly late: number
}

/** Connections of an open load, there before it begins as a proxy's would be: Node.js accepts one a turn of its event loop. */
const WARM_CONNECTIONS = 500
const TICK_MS = 2

async function run(order: LoadOrder): Promise<LoadResult> {
  const { hostname, port } = new URL(order.url)
  const requests = order.requests.map((request) => requestBytes(request, order))
  const latencies: number[] = []
  const delays: number[] = []
  const counts = { shed: 0, failed: 0 }
  let next = 0

  /** @param due when it was to be sent: what kept it from being sent counts too */
  async function send(connection: Connection, due: number): Promise<void> {
    delays.push(performance.now() - due)
    const status = await connection.send(requests[next++ % requests.length] as Buffer)
    if (status === 503) counts.shed += 1
    else if (status >= 200 && status < 300) latencies.push(performance.now() - due)
    else counts.failed += 1
  }

  const connections = await Promise.all(
    Array.from({ length: order.connections ?? WARM_CONNECTIONS }, () =>
      openConnection(hostname, Number(port)),
    ),
  )
  const start = performance.now()
  const end = start + order.seconds * 1000
  if (order.perSecond === undefined) {
    await Promise.all(
      connections.map(async (connection) => {
        while (performance.now() < end) await send(connection, performance.now())
      }),
    )
  } else await sendOnTime(connections, order.perSecond, start, end, send)
  for (const connection of connections) connection.close()
  const percentile = (values: number[], share: number): number =>
    values.sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN
  return {
    accepted: latencies.length / order.seconds,
    shed: counts.shed / order.seconds,
    failed: counts.failed / order.seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    late: percentile(delays, 0.99),
  }
}

/** Sends so many requests a second come what may; one that finds no free connection waits for the first. */
async function sendOnTime(
  connections: readonly Connection[],
  perSecond: number,
  start: number,
  end: number,
  send: (connection: Connection, due: number) => Promise<void>,
): Promise<void> {
  const free = [...connections]
  const waiting: number[] = []
  const sent: Promise<void>[] = []

  async function work(connection: Connection, first: number): Promise<void> {
    for (let due: number | undefined = first; due !== undefined; due = waiting.shift()) {
      await send(connection, due)
    }
    free.push(connection)
  }

  const gap = 1000 / perSecond
  for (let due = start; due < end; ) {
    for (; due <= performance.now() && due < end; due += gap) {
      const connection = free.shift()
      if (connection) sent.push(work(connection, due))
      else waiting.push(due)
    }
    // The sender's clock: nothing is waited for.
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  await Promise.all(sent)
}

// A process of its own, so that what it measures is not slowed down by what it measures with.
process.once('message', async (order: LoadOrder) => {
  process.send?.(await run(order))
  process.disconnect()
})
