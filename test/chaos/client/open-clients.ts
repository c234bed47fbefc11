import { setTimeout as delay } from 'node:timers/promises'
import { createPerson } from '../../bench/people.ts'
import { createHttpClient, type HttpAnswer, type HttpClient } from '../../setup/http/http-client.ts'
import type { Dice } from '../dice.ts'
import type { Findings } from '../findings.ts'
import type { History } from '../history.ts'
import { NOTHING } from '../model/figures.ts'
import type { Entry, Model } from '../model/model.ts'
import { ADMIN, type Topology } from '../servers/topology.ts'
import type { Statistics } from '../statistics.ts'
import type { Call } from './call.ts'
import type { Client, Person, SharedPerson } from './client.ts'
import { userContent } from './records.ts'
import { createSession } from './session.ts'

const SHARED = 10
/** Of the history, for each client. */
const PEOPLE = 20
const PASSWORD = 'a long one for chaos only'
const MAX_ATTEMPTS = 60
const BETWEEN_ATTEMPTS_MS = 500

interface ClientOptions {
  readonly topology: Topology
  readonly call: Call
  readonly dice: Dice
  readonly model: Model
  readonly history: History
  readonly findings: Findings
  readonly statistics: Statistics
  readonly count: number
  readonly isOver: () => boolean
}

/** Puts everybody of the history into the model. @returns their entries, by their number less one */
function knowHistory(model: Model, { userIds }: History): readonly Entry[] {
  return userIds.map((id) => {
    const person = createPerson(id)
    return model.know({ kind: 'user', marker: person.email, to: userContent(person) }, id)
  })
}

/** Asks again while the service has too much to do. @throws Error for any other answer than is wanted */
async function insist(ask: () => Promise<HttpAnswer>, wanted: number): Promise<HttpAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask()
    if (answer.status === wanted) return answer
    if (answer.status !== 503 || attempt === MAX_ATTEMPTS) {
      throw new Error(`preparing the clients was answered ${answer.status}`)
    }
    await delay(BETWEEN_ATTEMPTS_MS)
  }
}

async function openAdmin(url: string): Promise<HttpClient> {
  const anybody = createHttpClient(url)
  const { body } = await insist(() => anybody.request('POST', '/v1/login', ADMIN), 200)
  return createHttpClient(url, body.access_token)
}

async function openAccounts(admin: HttpClient, count: number): Promise<readonly string[]> {
  const names = Array.from({ length: count }, (_, index) => `chaos-c${index + 1}`)
  for (const username of names) {
    const body = { username, password: PASSWORD }
    const registered = await insist(() => admin.request('POST', '/v1/register', body), 201)
    const path = `/v1/users/${registered.body.user.id}`
    await insist(() => admin.request('PUT', path, { role: 'staff' }), 200)
  }
  return names
}

async function openShared(
  admin: HttpClient,
  entries: readonly Entry[],
  history: History,
): Promise<readonly SharedPerson[]> {
  return await Promise.all(
    entries.slice(0, SHARED).map(async (entry) => {
      const id = entry.id ?? 0
      await insist(() => admin.request('PUT', `/v1/users/${id}`, { pincode: '000000' }), 200)
      const base = history.sums(id, 'USD') ?? NOTHING
      return { id, entry, base, sent: 0, acknowledged: 0, counted: 0, countedMaybe: 0 }
    }),
  )
}

/** Opens the accounts of the clients, and gives each its people. All API processes are ready by then. */
export async function openClients(options: ClientOptions): Promise<readonly Client[]> {
  const { topology, call, dice, model, history, findings, statistics, count, isOver } = options
  const [api] = topology.apis
  const admin = await openAdmin(api?.url ?? '')
  const entries = knowHistory(model, history)
  const shared = await openShared(admin, entries, history)
  const names = await openAccounts(admin, count)
  return names.map((name, place) => {
    const session = createSession(call, { username: name, password: PASSWORD }, findings)
    const first = SHARED + place * PEOPLE
    const people = entries.slice(first, first + PEOPLE).map(
      (entry): Person => ({
        id: entry.id ?? 0,
        entry,
        loads: 0,
        name: String(entry.states[0]?.['name']),
        base: (currency) => history.sums(entry.id ?? 0, currency) ?? NOTHING,
      }),
    )
    let markers = 0
    return {
      name,
      model,
      findings,
      statistics,
      people,
      shared,
      isOver,
      dice: dice.fork(),
      gone: [],
      followUps: [],
      send: session.send,
      newMarker: () => {
        markers += 1
        return `${name}-${markers}`
      },
    }
  })
}

/** What those whom all clients write for may be in the end, by what was counted. */
export function settleShared(shared: readonly SharedPerson[]): void {
  for (const { entry, counted, countedMaybe } of shared) {
    const [before] = entry.states
    entry.states = Array.from({ length: countedMaybe + 1 }, (_, more) => ({
      ...before,
      pincode: String(counted + more).padStart(6, '0'),
    }))
  }
}
