import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passbook-demo-test-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The compiled demo, with a service of its own whose data is below `folder`. */
function startDemo() {
  const child = spawn(process.execPath, ['dist/programs/demo/demo.js'], {
    // A service that took up these would end with a sentence about them.
    env: { PATH: process.env['PATH'], TMPDIR: folder, DATABASE_URL: 'x', REDIS_URL: 'x' },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  let output = ''
  const closed = once(child, 'close').then(([code]) => ({ code: code as number, output }))
  const seen = new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const url = /^Service at (\S+),/m.exec(output)?.[1]
      if (url !== undefined) resolve(url)
    })
    closed.then(() => reject(new Error(output)), reject)
  })
  return { child, seen, closed }
}

describe('a service of the demo', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'is gone, and its data, after %s',
    async (name) => {
      const { child, seen, closed } = startDemo()
      const url = await seen
      expect((await fetch(`${url}/health/live`)).status).toBe(200)
      expect(await readdir(folder)).toHaveLength(1)
      child.kill(name)
      const { code, output } = await closed
      expect(code).toBe(1)
      expect(output).toMatch(/\nInterrupted\.\n$/)
      await expect(fetch(`${url}/health/live`)).rejects.toThrow('fetch failed')
      expect(await readdir(folder)).toEqual([])
    },
    60_000,
  )
})
