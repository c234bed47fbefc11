import { randomBytes } from 'node:crypto'
import type { OperationId } from '../../src/generated/operations.ts'
import type { Actor, Cast, Owner } from './cast.ts'
import type { Client, Header } from './client/client.ts'
import { curlOf } from './client/transcript.ts'
import type { Facts } from './inputs/late.ts'
import { FORM, type Operation, operationOf } from './operations.ts'
import { type Exchange, exchangeOf, judge, MAX_HEAD_LENGTH, type Request } from './oracle/oracle.ts'
import { violationsOf } from './oracle/violations.ts'

/** What the cases that run one after the other on one connection have in common. */
export interface Lane {
  /** Made anew where a case deleted them. */
  owner: Owner | undefined
  /** Records of theirs that are there, by the path that names one. */
  readonly records: Map<string, number | string>
}

/** What a request says besides its operation. */
export interface CallOptions {
  readonly actor: Actor
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: readonly (readonly [name: string, value: string])[]
  readonly headers?: readonly Header[]
  readonly body?: unknown
  readonly stop?: Request['stop']
}

export type Scene = ReturnType<typeof createScene>

const SECRET_FIELD = /^(account_number|password|.*_password|.*token|key)$/
const RUN = randomBytes(4).toString('hex')
let uniques = 0

/** The values of a body that nobody but its sender is to read again. */
function secretsIn(value: unknown, name = ''): string[] {
  if (typeof value === 'string') return SECRET_FIELD.test(name) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, field]) => secretsIn(field, key))
}

/** The path and query of an operation's request. */
export function targetOf(operation: Operation, options: Omit<CallOptions, 'actor'>): string {
  const { params = {}, query = [] } = options
  const path = operation.url.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  )
  const search = new URLSearchParams(query.map(([name, value]): [string, string] => [name, value]))
  return search.size > 0 ? `${path}?${search}` : path
}

/** One case as it runs: sends its requests, judges each answer, keeps what was sent. */
export function createScene(deps: {
  readonly client: Client
  readonly cast: Cast
  readonly lane: Lane
  readonly owner: Owner
  /** What the ids of its requests begin with. */
  readonly label: string
}) {
  const { client, cast, lane, owner, label } = deps
  const secrets: string[] = cast.actors.flatMap(({ authorization }) => authorization ?? [])
  const sent: Request[] = []

  /** Forgets the records that a request has put an end to. */
  function forget({ operation, method }: Request, { answer, request }: Exchange): void {
    if (method === 'GET' || answer.status >= 300) return
    if (method === 'DELETE' && operation) lane.records.delete(operation.url)
    const { operationId = 'unknown' } = operation ?? {}
    const isOwner = ['deleteUser', 'updateUser'].includes(operationId)
      ? request.target.includes(String(owner.id))
      : ['bulkDeleteUsers', 'unknown'].includes(operationId)
    if (isOwner) {
      // Whether the change was to their rights is not worth a look: a new one costs two requests.
      lane.owner = undefined
      lane.records.clear()
    }
  }

  /** Sends a request and judges its answer. @throws Finding */
  async function exchange(request: Request): Promise<Exchange> {
    const id: Header = ['x-request-id', `${label}-${sent.length}`]
    const hasId = request.headers.some(([name]) => name.toLowerCase() === 'x-request-id')
    const headers = hasId ? request.headers : [...request.headers, id]
    const length = headers.flat().reduce((sum, text) => sum + text.length, request.target.length)
    const odd = request.odd ?? length > MAX_HEAD_LENGTH
    const numbered = { ...request, headers, odd }
    sent.push(numbered)
    const answer = await client.send(numbered)
    const done = exchangeOf(numbered, answer)
    // Chance may put the same text into the address, where it is no secret.
    const hidden = secrets.filter((text) => !numbered.target.includes(encodeURIComponent(text)))
    if (answer.status > 0) judge(done, hidden)
    secrets.push(...secretsIn(done.body))
    forget(numbered, done)
    return done
  }

  /** A request of an operation as a client library makes it. */
  function requestOf(operationId: OperationId, options: CallOptions): Request {
    const operation = operationOf(operationId)
    const { actor, body, stop, headers = [] } = options
    const isFile = typeof body === 'string' || Buffer.isBuffer(body)
    const type = isFile ? 'text/csv' : operation.takesForm ? FORM : 'application/json'
    const text = isFile
      ? (body as string)
      : operation.takesForm
        ? new URLSearchParams(Object.entries(body ?? {})).toString()
        : JSON.stringify(body)
    const hasType = headers.some(([name]) => name === 'content-type')
    secrets.push(...secretsIn(body))
    const wire = {
      method: operation.method,
      target: targetOf(operation, options),
      headers: [
        ...(actor.authorization === undefined
          ? []
          : [['authorization', actor.authorization] as const]),
        ...(body === undefined || hasType ? [] : [['content-type', type] as const]),
        ...headers,
      ],
      body: body === undefined ? body : Buffer.from(text),
      stop,
    }
    return { ...wire, operation, actor, violations: violationsOf(operation, wire) }
  }

  const facts: Facts = {
    unique: () => {
      uniques += 1
      return `u${RUN}${uniques.toString(36)}`
    },
    ownerId: owner.id,
  }

  return {
    facts,
    owner,
    lane,
    cast,
    exchange,
    requestOf,
    url: client.url,
    actor: (name: string): Actor => {
      const found = [owner.actor, ...cast.actors].find((actor) => actor.name === name)
      if (found === undefined) throw new Error(`There is no actor ${name}`)
      return found
    },
    call: (operationId: OperationId, options: CallOptions) =>
      exchange(requestOf(operationId, options)),
    /** Notes what was sent past {@link exchange}. */
    note: (request: Request) => sent.push(request),
    /** What was sent, as curl lines. */
    transcript: (): readonly string[] => sent.map((request) => curlOf(request, secrets)),
  }
}
