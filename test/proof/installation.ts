import { createCall, type Outcome, type Request } from '../chaos/client/call.ts'
import type { Dice } from '../chaos/dice.ts'
import type { Findings } from '../chaos/findings.ts'
import type { Storage } from '../chaos/servers/storage.ts'
import { ADMIN, type Opened, openTopology } from '../chaos/servers/topology.ts'
import { watchStalls } from '../chaos/stalls.ts'
import { createStatistics } from '../chaos/statistics.ts'
import { createCustomers, logIn } from '../setup/http/http-client.ts'
import { ALERT_ENV } from './checks/alerts.ts'
import type { Receiver } from './receiver.ts'

/** Sends a request of the admin to one of the API processes. */
export type Send = (request: Omit<Request, 'token'>) => Promise<Outcome>

/** Every second retry waits for its lane to be claimed again; of so many none is the last. */
const RETRY_SECONDS = Array.from({ length: 15 }, () => '0,1').join()

/** It is not about how fast answers are: that is chaos's to judge. */
const MAX_ANSWER_MS = 60_000

const ENV = {
  // One login is good for the whole run.
  ACCESS_TOKEN_SECONDS: '86400',
  WEBHOOK_ALLOW_PRIVATE: 'true',
  WEBHOOK_RETRY_SECONDS: RETRY_SECONDS,
  WEBHOOK_CONCURRENCY: '16',
  ...ALERT_ENV,
}

interface Options {
  readonly storage: Storage
  /** Of each kind. */
  readonly processes: number
  readonly users: number
  readonly receiver: Receiver
  readonly dice: Dice
  readonly findings: Findings
  readonly opened: Opened
}

export type Installation = Awaited<ReturnType<typeof openInstallation>>

/** Starts the processes, makes an endpoint that wants all events, and then the users. */
export async function openInstallation(options: Options) {
  const { storage, processes, users: count, receiver, dice, findings, opened } = options
  const topology = await openTopology(storage, false, findings, opened, { processes, env: ENV })
  await topology.startAll()
  const { apis } = topology
  const admin = await logIn(apis[0]?.url ?? '', ADMIN.username, ADMIN.password)
  const { body } = await admin.request('POST', '/v1/webhook-endpoints', { url: receiver.url })
  receiver.knows(body.secret)
  const users = await createCustomers(admin, count)

  const statistics = createStatistics()
  const stalls = watchStalls()
  const clock = () => performance.now()
  const call = createCall({
    apis,
    dice,
    findings,
    statistics,
    stalls,
    clock,
    maxAnswerMs: MAX_ANSWER_MS,
  })
  const send: Send = (request) => call({ ...request, token: admin.token })
  return { topology, statistics, users, send, close: stalls.close }
}
