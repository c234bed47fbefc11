import { Agent, request } from 'node:http'

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
  const connections = order.connections ?? WARM_CONNECTIONS
  const agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections })
  const latencies: number[] = []
  const delays: number[] = []
  const counts = { shed: 0, failed: 0 }
  let next = 0

  /** @param due when it was to be sent: what kept it from being sent counts too */
  const send = (due: number): Promise<void> =>
    new Promise((resolve) => {
      const { method, path, body } = order.requests[next++ % order.requests.length] as LoadRequest
      delays.push(performance.now() - due)
      const fail = () => {
        counts.failed += 1
        resolve()
      }
      const headers = {
        authorization: `Bearer ${order.token}`,
        ...(body !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        }),
      }
      const sent = request({ agent, hostname, port, method, path, headers }, (answer) => {
        answer.resume().once('error', fail)
        answer.once('end', () => {
          const { statusCode = 0 } = answer
          if (statusCode === 503) counts.shed += 1
          else if (statusCode < 300) latencies.push(performance.now() - due)
          else counts.failed += 1
          resolve()
        })
      })
      sent.once('error', fail).end(body)
    })

  const warm = () =>
    new Promise<void>((resolve, reject) => {
      request({ agent, hostname, port, path: '/health/live' }, (answer) =>
        answer.resume().once('end', resolve),
      )
        .once('error', reject)
        .end()
    })
  await Promise.all(Array.from({ length: connections }, warm))

  const start = performance.now()
  const end = start + order.seconds * 1000
  const sent: Promise<void>[] = []
  if (order.perSecond === undefined) {
    const client = async () => {
      while (performance.now() < end) await send(performance.now())
    }
    sent.push(...Array.from({ length: connections }, client))
  } else {
    const gap = 1000 / order.perSecond
    let due = start
    while (due < end) {
      for (; due <= performance.now() && due < end; due += gap) sent.push(send(due))
      await new Promise((resolve) => setTimeout(resolve, TICK_MS))
    }
  }
  await Promise.all(sent)
  agent.destroy()
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

// A process of its own, so that what it measures is not slowed down by what it measures with.
process.once('message', async (order: LoadOrder) => {
  process.send?.(await run(order))
  process.disconnect()
})
