import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const ORIGIN = 'https://passbook.example'
const cast = useCast({ env: { CORS_ORIGINS: ORIGIN } })

const ROWS = 20
let url: string

beforeAll(async () => {
  const { token, id } = cast.user
  for (let row = 0; row < ROWS; row += 1) {
    await cast.service.createTransaction(token, { user_id: id, description: `Row ${row}` })
  }
  url = `/v1/users/${id}/transactions`
})

const get = (headers: Readonly<Record<string, string>> = {}, path = url) =>
  cast.service.app.inject({
    method: 'GET',
    url: path,
    headers: { authorization: `Bearer ${cast.user.token}`, ...headers },
  })
const GZIP = { 'accept-encoding': 'gzip' }
const varyOf = (answer: Awaited<ReturnType<typeof get>>) =>
  String(answer.headers['vary']).toLowerCase().split(/, */).toSorted()

describe('a ready answer that is packed on request', () => {
  it('is the same content under tags of their own, whichever comes first', async () => {
    for (const _ of [1, 2]) {
      const [packed, plain] = [await get(GZIP), await get()]
      expect(packed.headers).toMatchObject({
        'content-encoding': 'gzip',
        'content-type': 'application/json; charset=utf-8',
      })
      expect(plain.headers).not.toHaveProperty('content-encoding')
      expect(gunzipSync(packed.rawPayload).toString()).toBe(plain.body)
      expect(packed.headers['etag']).not.toBe(plain.headers['etag'])
      expect(Number(packed.headers['content-length'])).toBe(packed.rawPayload.length)
    }
  })

  it.each([
    ['gzip, br', 'gzip'],
    ['GZIP;q=0.8', 'gzip'],
    ['*', 'gzip'],
    ['identity', undefined],
    ['gzip;q=0', undefined],
  ])('is sent to Accept-Encoding: %s as %s', async (accepted, coding) => {
    const { headers } = await get({ 'accept-encoding': accepted })
    expect(headers['content-encoding']).toBe(coding)
  })

  it('is 304 for whoever has that very representation', async () => {
    const tags = { gzip: (await get(GZIP)).headers['etag'], plain: (await get()).headers['etag'] }
    for (const [accept, own, others] of [
      [GZIP, tags.gzip, tags.plain],
      [{}, tags.plain, tags.gzip],
    ] as const) {
      const known = await get({ ...accept, 'if-none-match': String(own) })
      expect([known.statusCode, known.rawPayload.length]).toEqual([304, 0])
      expect(known.headers['etag']).toBe(own)
      expect(known.headers).not.toHaveProperty('content-encoding')
      const other = await get({ ...accept, 'if-none-match': String(others) })
      expect(other.statusCode).toBe(200)
      const weak = await get({ ...accept, 'if-none-match': `"x", W/${own}` })
      expect(weak.statusCode).toBe(304)
    }
  })

  it('varies by what it depends on, 304 too, and by nothing else', async () => {
    const etag = String((await get(GZIP)).headers['etag'])
    const answers = [await get(GZIP), await get(), await get({ ...GZIP, 'if-none-match': etag })]
    for (const answer of answers) expect(varyOf(answer)).toEqual(['accept-encoding', 'origin'])
  })

  it('keeps its links and the headers for other origins', async () => {
    const answer = await get({ ...GZIP, origin: ORIGIN }, `${url}?per_page=5`)
    expect(answer.headers['access-control-allow-origin']).toBe(ORIGIN)
    expect(answer.headers['link']).toContain('per_page=5')
    expect(varyOf(answer)).toEqual(['accept-encoding', 'origin'])
  })

  it('is not packed where it is short', async () => {
    const { headers } = await get(GZIP, `${url}?per_page=2`)
    expect(headers).not.toHaveProperty('content-encoding')
    expect(headers['vary']?.toLowerCase()).not.toContain('accept-encoding')
  })
})

describe('a ready answer that If-Match is for', () => {
  it('has one tag, and is never packed', async () => {
    const path = `/v1/users/${cast.user.id}`
    const [packed, plain] = [await get(GZIP, path), await get({}, path)]
    expect(packed.headers['etag']).toBe(plain.headers['etag'])
    expect(packed.headers).not.toHaveProperty('content-encoding')
    expect(packed.body).toBe(plain.body)
  })
})
