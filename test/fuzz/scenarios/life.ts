import { isDeepStrictEqual } from 'node:util'
import type { OperationId } from '../../../src/generated/operations.ts'
import type { Header } from '../client/client.ts'
import { Finding } from '../finding.ts'
import { damage } from '../inputs/hostile.ts'
import { settle } from '../inputs/late.ts'
import type { Fields, Kind } from '../kinds.ts'
import { operationOf } from '../operations.ts'
import { notEchoed } from '../oracle/echo.ts'
import type { Exchange } from '../oracle/oracle.ts'
import type { CallOptions, Scene } from '../scene.ts'
import type { Step } from './chain.ts'

/** Where a change of somebody else's is no fault of ours: a value that another record has. */
const TAKEN = 409

const recordOf = (operationId: OperationId, { body }: Exchange) => {
  const { resource } = operationOf(operationId)
  return (resource === null ? body : body[resource]) as Fields
}

/** Creates a record and follows it: what it is has to be what was last written. @throws Finding */
export async function createLife(scene: Scene, kind: Kind, draft: Fields) {
  const { create, get, list, update, remove, param } = kind
  const actor = scene.actor(kind.by ?? 'owner')
  const ownerParams = { id: scene.owner.id }
  const prepare = (fields: Fields) => kind.mend(settle(fields, scene.facts) as Fields, scene.facts)

  const fail = (operationId: OperationId, what: string): never => {
    throw new Finding('wrong-answer', operationId, what)
  }
  const expectStatus = (operationId: OperationId, { answer }: Exchange, ...statuses: number[]) => {
    if (statuses.includes(answer.status)) return
    fail(operationId, `${answer.status} where ${statuses.join(' or ')} has to come`)
  }

  const sent = prepare(draft)
  const created = await scene.call(create, { actor, params: ownerParams, body: sent })
  const isThere = created.answer.status === 201
  if (!isThere) expectStatus(create, created, TAKEN)
  // The record as it has to be; undefined once it is gone.
  let record = isThere ? recordOf(create, created) : undefined
  const id = Number(record?.['id'])
  const echo = (operationId: OperationId, fields: Fields, read: Fields) => {
    const lost = notEchoed(fields, read)
    if (lost.length > 0) fail(operationId, `not what was sent: ${lost.join(', ')}`)
  }
  if (record) {
    echo(create, sent, record)
    // The secret of a key is told once.
    const { key: _key, ...kept } = record
    record = kept
  }

  const params = { ...ownerParams, [param]: id }
  const ask = (operationId: OperationId, options: Partial<CallOptions> = {}) =>
    scene.call(operationId, { actor, params, ...options })

  /** Reads it: as it was last written, or not there. @returns its entity tag */
  async function read(): Promise<string> {
    const exchange = await ask(get)
    if (record === undefined) {
      expectStatus(get, exchange, 404)
      return ''
    }
    expectStatus(get, exchange, 200)
    const shown = recordOf(get, exchange)
    // A key's own use is noted beside it.
    const { last_used_at: _used, ...rest } = shown
    if (!isDeepStrictEqual(rest, record)) fail(get, 'it is not as it was last written')
    return String(exchange.answer.headers['etag'])
  }

  async function expectListed(): Promise<void> {
    const newest = kind.name === 'user' ? [['sort', '-id'] as const] : []
    for (let page = 1; ; page += 1) {
      const exchange = await ask(list, {
        params: ownerParams,
        query: [...newest, ['per_page', '100'], ['page', String(page)]],
      })
      expectStatus(list, exchange, 200)
      const listed = (exchange.body as readonly Fields[]).find((item) => item['id'] === id)
      if (listed !== undefined) {
        if (record === undefined) fail(list, 'it lists what is deleted')
        const { last_used_at: _used, ...rest } = listed
        if (!isDeepStrictEqual(rest, record)) fail(list, 'it shows something else than was written')
        return
      }
      // Lists of all accounts grow while they are read: the newest are on their first page.
      if (exchange.body.length < 100 || kind.by === 'admin') break
    }
    if (record !== undefined) fail(list, 'it does not list what was created')
  }

  async function change(fields: Fields, match: string): Promise<void> {
    if (update === undefined) return
    const body = prepare(fields)
    const tag = match === 'fresh' ? await read() : '*'
    const headers: readonly Header[] = match === 'none' ? [] : [['if-match', tag]]
    const exchange = await ask(update, { body, headers })
    if (record === undefined) return expectStatus(update, exchange, 404)
    if (exchange.answer.status === TAKEN) return
    // Parts of a record that fit by themselves may not fit each other.
    if (exchange.answer.status === 422) return void (await read())
    expectStatus(update, exchange, 200)
    record = recordOf(update, exchange)
    echo(update, body, record)
  }

  async function refuse(fields: Fields, tag: string): Promise<void> {
    if (update === undefined) return
    const weak = tag === 'weak' && record !== undefined ? `W/${await read()}` : tag
    const exchange = await ask(update, { body: prepare(fields), headers: [['if-match', weak]] })
    expectStatus(update, exchange, record === undefined ? 404 : 412, 422)
    await read()
  }

  async function spoil({ changes, damage: how }: Step & { do: 'spoil' }): Promise<void> {
    const schema = update && operationOf(update).body
    if (update === undefined || schema === undefined) return
    const body = damage(schema, prepare(changes), how)
    const exchange = await ask(update, { body })
    // Some of what is meant to be wrong is right.
    if (exchange.answer.status === 200) record = recordOf(update, exchange)
    else await read()
  }

  /** Everything that names it, by somebody who must not know of it. */
  async function askAsStranger(): Promise<void> {
    if (!kind.isPrivate) return
    const stranger = scene.actor('user')
    for (const operationId of [get, remove]) {
      expectStatus(operationId, await ask(operationId, { actor: stranger }), 404)
    }
    await read()
  }

  /** At the same path of another user. */
  async function askElsewhere(): Promise<void> {
    if (param === 'id') return
    const others = { ...params, id: 1 }
    const staff = scene.actor('admin')
    for (const operationId of [get, remove]) {
      expectStatus(operationId, await ask(operationId, { actor: staff, params: others }), 404)
    }
    await read()
  }

  async function removeIt(): Promise<void> {
    const exchange = await ask(remove)
    if (record === undefined) return expectStatus(remove, exchange, 404)
    expectStatus(remove, exchange, operationOf(remove).successStatus)
    record = undefined
    await read()
  }

  async function take(step: Step): Promise<void> {
    if (!isThere) return
    switch (step.do) {
      case 'read':
        return void (await read())
      case 'list':
        return await expectListed()
      case 'remove':
        return await removeIt()
      case 'not-modified': {
        const tag = await read()
        if (record === undefined) return
        return expectStatus(get, await ask(get, { headers: [['if-none-match', tag]] }), 304)
      }
      case 'by-another':
        return await askAsStranger()
      case 'elsewhere':
        return await askElsewhere()
      case 'update':
        return await change(step.changes, step.match)
      case 'stale':
        return await refuse(step.changes, step.tag)
      case 'spoil':
        return await spoil(step)
    }
  }

  return {
    take,
    /** Deletes it, if that is not done, and makes sure that it is gone. */
    async end(): Promise<void> {
      if (isThere && record !== undefined) await removeIt()
    },
  }
}
