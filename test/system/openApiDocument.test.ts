import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { operations } from '../../src/generated/operations.ts'
import { startTestService, type TestService } from '../setup/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.close())

const get = (url: string) => service.app.inject({ method: 'GET', url })

describe('getOpenApiJson and getOpenApiYaml', () => {
  it('are the same document, in OpenAPI 3.1', async () => {
    const json = await service.call('getOpenApiJson')
    const yaml = await service.call('getOpenApiYaml')
    expect([json.status, yaml.status]).toEqual([200, 200])
    expect(json.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(yaml.headers['content-type']).toBe('application/yaml; charset=utf-8')
    expect(json.body.openapi).toMatch(/^3\.1\./)
    expect(parse(yaml.body)).toEqual(json.body)
  })

  it('name every operation there is, and no other', async () => {
    const { body } = await service.call('getOpenApiJson')
    const named = Object.values<Record<string, { operationId?: string }>>(body.paths)
      .flatMap((path) => Object.values(path))
      .flatMap(({ operationId }) => operationId ?? [])
    expect(named.sort()).toEqual(Object.keys(operations).sort())
  })

  it('refer to nothing outside themselves', async () => {
    const text = JSON.stringify((await service.call('getOpenApiJson')).body)
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target)
    expect(references.length).toBeGreaterThan(10)
    expect(references.filter((target) => !target?.startsWith('#/'))).toEqual([])
  })

  it.each(['/openapi.json', '/openapi.yaml'])(
    '%s has a strong ETag for each coding, and is read again only when it changed',
    async (url) => {
      const read = (headers: Record<string, string>) =>
        service.app.inject({ method: 'GET', url, headers })
      const plain = await read({})
      const packed = await read({ 'accept-encoding': 'gzip' })
      expect(gunzipSync(packed.rawPayload).toString()).toBe(plain.body)
      expect(plain.headers).not.toHaveProperty('content-encoding')
      expect(packed.headers['content-encoding']).toBe('gzip')
      const tags = [plain, packed].map(({ headers }) => String(headers.etag))
      for (const tag of tags) expect(tag).toMatch(/^"[\w-]{22}"$/)
      expect(tags[0]).not.toBe(tags[1])
      for (const [answer, coding] of [
        [plain, 'identity'],
        [packed, 'gzip'],
      ] as const) {
        const headers = { 'accept-encoding': coding, 'if-none-match': String(answer.headers.etag) }
        const known = await read(headers)
        expect([known.statusCode, known.body]).toEqual([304, ''])
        expect(known.headers).toMatchObject({ etag: answer.headers.etag, vary: 'accept-encoding' })
      }
      expect((await read({ 'if-none-match': '"another"' })).statusCode).toBe(200)
      const head = await service.app.inject({ method: 'HEAD', url })
      expect([head.statusCode, head.headers.etag]).toEqual([200, tags[0]])
    },
  )

  it.each(['getOpenApiJson', 'getOpenApiYaml'] as const)('%s refuses a parameter', async (id) => {
    const { status, body } = await service.call(id, { query: { version: 1 } })
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ in: 'query', path: 'version' })
  })
})

describe('/docs', () => {
  it.each(['/docs', '/docs/'])('%s is Swagger UI, of what this server sends alone', async (url) => {
    const page = await get(url)
    expect(page.statusCode).toBe(200)
    expect(page.headers['content-type']).toMatch(/^text\/html/)
    expect(page.body).toContain('<title>Passbook</title>')
    expect(page.headers['content-security-policy']).toContain(`default-src 'self'`)
    const targets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, target]) => target)
    expect(targets.length).toBeGreaterThan(3)
    for (const target of targets) {
      expect(target).not.toMatch(/^(https?:)?\/\//)
      const asset = await get(new URL(target ?? '', `http://localhost${url}`).pathname)
      expect([target, asset.statusCode]).toEqual([target, 200])
    }
  })

  it('shows the document that is served beside it', async () => {
    const shown = (await get('/docs/json')).json()
    expect(shown).toEqual((await service.call('getOpenApiJson')).body)
  })

  it.each(['/docs/static/nothing.js', '/docs/static/..%2f..%2fpackage.json', '/docsx'])(
    'has nothing at %s',
    async (url) => {
      const answer = await get(url)
      expect([answer.statusCode, answer.json().code]).toEqual([404, 'not_found'])
    },
  )
})
