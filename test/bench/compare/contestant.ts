import type { LoadRequest } from '../overload/load.ts'
import type { Generator, LoadCount } from './load/generator.ts'
import { cpuMsOf } from './system/process-statistics.ts'
import type { Services } from './system/services.ts'
import type { Target, TargetName } from './targets/target.ts'
import { requestsOf, type Work } from './works.ts'

/** What a turn cost, in milliseconds of a core a request. */
export interface Cpu {
  /** Who answers. */
  readonly own: number
  /** Who works on what answers leave behind, until nothing is left. */
  readonly worker: number
  readonly postgres: number
  readonly redis: number
}

/** What came of a turn. */
export type Turn = LoadCount & { readonly cpu: Cpu }

/** One that has its turns at a kind of work. */
export interface Contestant {
  readonly name: TargetName
  readonly turn: (connections: number, seconds: number, round: number) => Promise<Turn>
}

/** How long every status is looked at, before the turn that counts. */
const CHECKED_SECONDS = 1
/** So many are sent one by one before the first turn, and have to be answered well. */
const FIRST_REQUESTS = 20
/** Each round begins elsewhere in the list of requests, and so does what is checked before it. */
const STEP = 997

async function ask({ name, url, token }: Target, { method, path, body }: LoadRequest) {
  const answer = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    ...(body !== undefined && { body }),
  })
  const text = await answer.text()
  if (!answer.ok) {
    throw new Error(`${name}: ${method} ${path} answered ${answer.status} ${text.slice(0, 300)}`)
  }
}

/** Measures what the processes of a target and of its servers spend on some work. */
export async function withCpu(
  { postgresPid, redisPid }: Services,
  { pid, workerPid }: { readonly pid?: number; readonly workerPid?: number },
  work: () => Promise<LoadCount>,
): Promise<Turn> {
  const groups = { own: pid, worker: workerPid, postgres: postgresPid, redis: redisPid }
  const read = () =>
    Object.entries(groups).map(([, root]) => (root === undefined ? 0 : cpuMsOf([root])))
  const before = read()
  const count = await work()
  const [own = 0, worker = 0, postgres = 0, redis = 0] = read().map(
    (after, index) => (after - (before[index] ?? 0)) / count.requests,
  )
  return { ...count, cpu: { own, worker, postgres, redis } }
}

/** A target at a kind of work. */
export async function createContestant(
  target: Target,
  work: Work,
  generator: Generator,
  services: Services,
): Promise<Contestant> {
  // A bare server has one answer to everything.
  const requests = requestsOf(target.name === 'limit' ? 'live' : work, target.api)
  const load = await generator.prepare(target.url, target.token, requests)
  for (const request of requests.slice(0, FIRST_REQUESTS)) await ask(target, request)
  return {
    name: target.name,
    async turn(connections, seconds, round) {
      const from = 2 * round * STEP
      const checked = {
        connections,
        seconds: CHECKED_SECONDS,
        isChecked: true,
        from: from + STEP,
      }
      const { failed } = await load(checked)
      await target.settle()
      const turn = await withCpu(services, target, async () => {
        const count = await load({ connections, seconds, from, isChecked: false })
        await target.settle()
        return count
      })
      // A turn without any answer is no measurement.
      return { ...turn, failed: turn.failed + failed + (turn.requests === 0 ? 1 : 0) }
    },
  }
}
