import type { LightMyRequestResponse } from 'fastify'
import type { Measured } from './operations.ts'
import type { Passbook } from './passbook.ts'
import { countSent } from './statements.ts'

/** What a request of an operation costs. */
export interface Figures {
  readonly statements: number
  readonly round_trips: number
  /** Of a request where 20 come at once. */
  readonly statements_of_20: number
  /** On the heap of JavaScript, by the request and by the driver of the database. */
  readonly allocated_bytes: number
  readonly header_bytes: number
  readonly body_bytes: number
}

/** How many requests come at once. */
const AT_ONCE = 20
/** How often each is done: to get warm, alone, many at once, and for the bytes. */
const TIMES = { warm: 15, alone: 3, atOnce: 3, bytes: 21 } as const
const SLOW_TIMES = { warm: 3, alone: 1, atOnce: 1, bytes: 9 } as const

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}

/**
 * Collects now, so that nothing is collected while bytes are counted.
 *
 * @throws when Node.js runs without `--expose-gc`
 */
function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('node needs --expose-gc')
  globalThis.gc()
}

const headerBytes = ({ headers }: LightMyRequestResponse) =>
  Object.entries(headers)
    .flatMap(([name, values]) => [values].flat().map((value) => `${name}: ${value}\r\n`))
    .join('').length

/** Measures an operation. @throws when a request is answered with another status */
export async function measure({ app }: Passbook, operation: Measured): Promise<Figures> {
  const { name, status, before, request, isSlow } = operation
  const times = isSlow ? SLOW_TIMES : TIMES
  let number = 0

  async function send(count = 1): Promise<LightMyRequestResponse> {
    const requests = Array.from({ length: count }, () => request(number++))
    const answers = await Promise.all(requests.map((one) => app.inject(one)))
    const wrong = answers.find(({ statusCode }) => statusCode !== status)
    if (wrong) throw new Error(`${name} answered ${wrong.statusCode}: ${wrong.body}`)
    return answers[0] as LightMyRequestResponse
  }
  async function repeat<T>(count: number, work: () => Promise<T>): Promise<T[]> {
    const results: T[] = []
    for (let time = 0; time < count; time += 1) {
      await before?.()
      results.push(await work())
    }
    return results
  }

  const [answer] = (await repeat(1, send)) as [LightMyRequestResponse]
  await repeat(times.warm, send)
  const alone = await repeat(times.alone, () => countSent(send))
  const atOnce = await repeat(times.atOnce, () => countSent(() => send(AT_ONCE)))
  collectGarbage()
  const allocated = await repeat(times.bytes, async () => {
    const { heapUsed } = process.memoryUsage()
    await send()
    return process.memoryUsage().heapUsed - heapUsed
  })
  return {
    statements: median(alone.map(({ statements }) => statements)),
    round_trips: median(alone.map(({ roundTrips }) => roundTrips)),
    statements_of_20: median(atOnce.map(({ statements }) => statements)) / AT_ONCE,
    allocated_bytes: median(allocated),
    header_bytes: headerBytes(answer),
    body_bytes: answer.rawPayload.length,
  }
}
