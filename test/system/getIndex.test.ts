import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const HTML = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const get = (url: string, headers: Readonly<Record<string, string>> = {}) =>
  cast.service.app.inject({ url, headers: { ...headers } })

describe('getIndex', () => {
  it('gives programs links that lead somewhere', async () => {
    const { status, headers, body } = await cast.service.call('getIndex')
    expect([status, headers['vary']]).toEqual([200, expect.stringMatching(/^accept\b/)])
    const { name, api, ...links } = body
    expect([name, api]).toEqual(['Passbook', '/v1'])
    for (const url of Object.values(links) as string[]) {
      expect([url, (await get(url)).statusCode]).toEqual([url, 200])
    }
  })

  it('gives browsers the console, whose script and style are all it may load', async () => {
    const { statusCode, headers, body } = await get('/', { accept: HTML })
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(headers['cache-control']).toBe('no-cache')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
    expect(body).not.toMatch(/<script>|<style|style=|onclick/)
    const files = [...body.matchAll(/"(\/console\/[^"]+)"/g)].map(([, url]) => url as string)
    expect(files.map((url) => url.split('.').at(-1)).sort()).toEqual(['css', 'js', 'svg'])
    for (const url of files) {
      const file = await get(url, { 'accept-encoding': 'gzip' })
      expect([file.statusCode, file.headers['content-encoding']]).toEqual([200, 'gzip'])
      expect(file.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    }
  })

  it('refuses parameters it does not know', async () => {
    const { status } = await cast.service.call('getIndex', { query: { colour: 'red' } })
    expect(status).toBe(422)
  })

  it.each([
    '/console/../../package.json',
    '/console/..%2f..%2fpackage.json',
    '/console/nothing.js',
  ])('serves nothing else: %s', async (url) =>
    expect((await get(url)).statusCode).toBeGreaterThanOrEqual(400),
  )
})
