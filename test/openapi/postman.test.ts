import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../openapi/generate/json.ts'
import { toCollection } from '../../openapi/postman/collection.ts'
import { operations } from '../../src/generated/operations.ts'
import { ENDLESS } from '../setup/http/endless.ts'

const DOCUMENT = new URL('../../src/generated/openapi.json', import.meta.url)

interface Item {
  readonly name: string
  readonly item?: readonly Item[]
  readonly event?: readonly [{ readonly script: { readonly exec: readonly string[] } }]
  readonly request?: {
    readonly method: string
    readonly auth?: { readonly type: string }
    readonly url: { readonly raw: string }
    readonly body?: { readonly raw: string }
  }
}

let document: JsonObject
let folders: readonly Item[]
let requests: readonly Item[]

const itemsOf = (collection: JsonObject) => collection['item'] as unknown as readonly Item[]
const script = (item: Item) => item.event?.[0].script.exec.join('\n') ?? ''
const find = (operationId: string) =>
  requests.find((item) => script(item).includes(`'${operationId} answers`)) as Item
const place = (operationId: string) => requests.indexOf(find(operationId))

beforeAll(async () => {
  document = JSON.parse(await readFile(DOCUMENT, 'utf8'))
  folders = itemsOf(toCollection(document))
  requests = folders.flatMap((folder) => folder.item ?? [folder])
})

describe('the Postman collection', () => {
  it('has each operation once, with a check of its documented status', () => {
    const checks = requests.map((item) => /'(\w+ answers \d+)'/.exec(script(item))?.[1])
    const ending = Object.values(operations).filter(({ operationId }) => !ENDLESS.has(operationId))
    const documented = ending.map(({ operationId, successStatus }) =>
      // Its token comes by mail alone.
      operationId === 'confirmEmailVerification'
        ? `${operationId} answers 422`
        : `${operationId} answers ${successStatus}`,
    )
    expect(checks.toSorted()).toEqual(documented.toSorted())
  })

  it('has a folder for each tag, and logs out at the very end', () => {
    const tags = document['tags'] as unknown as readonly { readonly name: string }[]
    const named = folders.filter(({ item }) => item).map(({ name }) => name)
    expect(named.toSorted()).toEqual(tags.map(({ name }) => name).toSorted())
    expect(place('logout')).toBe(requests.length - 1)
  })

  it('uses no variable before a request stores it, and none of what is deleted', () => {
    const known = new Set(['base_url', 'username', 'password'])
    for (const { request, ...item } of requests) {
      const used = [...JSON.stringify(request).matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name)
      expect([item.name, used.filter((name) => !known.has(String(name)))]).toEqual([item.name, []])
      for (const [, name] of script(item as Item).matchAll(/\.set\('(\w+)'/g)) {
        known.add(String(name))
      }
      if (request?.method === 'DELETE') {
        known.delete(/\{\{(\w+)\}\}$/.exec(request.url.raw)?.[1] ?? '')
      }
    }
  })

  it('logs in as it is told, and keeps the tokens', () => {
    const login = find('login')
    expect(JSON.parse(login.request?.body?.raw ?? '')).toEqual({
      username: '{{username}}',
      password: '{{password}}',
    })
    expect(login.request?.auth).toEqual({ type: 'noauth' })
    expect(script(login)).toContain(`.set('token', pm.response.json().access_token)`)
    expect(script(login)).toContain(`.set('refresh_token', pm.response.json().refresh_token)`)
  })

  it('fills bodies with ids of this run and with values that are new each time', () => {
    const body = find('createTransaction').request?.body?.raw ?? ''
    expect(body).toContain('"user_id": {{user_id}},')
    expect(body).toContain('"reference": "INV-{{$guid}}"')
    expect(find('createUser').request?.body?.raw).toContain('"email": "{{$guid}}@example.com"')
  })

  it('comes out the same each time', () => {
    expect(toCollection(document)).toEqual(toCollection(document))
  })

  it('is refused where a path needs the id of something that nothing makes', () => {
    const path = { '/v1/moons/{id}': { get: read('getMoon') } }
    expect(() => toCollection({ ...document, paths: path })).toThrow(/no operation makes a moon_id/)
  })

  it('asks again while something is queued or running', () => {
    const schema = {
      type: 'object',
      properties: { id: {}, status: { type: 'string', enum: ['queued', 'running', 'completed'] } },
    }
    const paths = {
      '/v1/moons': { post: { ...read('makeMoon', schema, '202') } },
      '/v1/moons/{id}': { get: read('getMoon', schema), delete: read('deleteMoon', {}, '204') },
    }
    const [folder] = itemsOf(toCollection({ tags: [{ name: 'Moons' }], paths }))
    const [make, get] = folder?.item ?? []
    expect(script(make as Item)).toContain(`.set('moon_id', pm.response.json().id)`)
    expect(get?.request?.url.raw).toBe('{{base_url}}/v1/moons/{{moon_id}}')
    expect(script(get as Item)).toContain('pm.execution.setNextRequest(pm.info.requestId)')
  })
})

const read = (operationId: string, schema: JsonObject = {}, status = '200'): JsonObject => ({
  operationId,
  tags: ['Moons'],
  summary: operationId,
  description: 'A moon.',
  responses: { [status]: { content: { 'application/json': { schema } } } },
})
