import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const ROOT = new URL('../../', import.meta.url)
const run = promisify(execFile)

/** The first fenced block of a kind in a section of the README. */
function block(readme: string, section: string, kind: string): string {
  const text = readme.slice(readme.indexOf(`## ${section}`))
  return new RegExp(`\`\`\`${kind}\n([\\s\\S]*?)\`\`\``).exec(text)?.[1] ?? ''
}

/** Times of creation differ from run to run, and nothing else does. */
const withoutTimes = (text: string) => text.replace(/("\w+_at":)"[^"]*"/g, '$1"…"').trim()

describe('the README', () => {
  it('prints what its five requests print on a fresh start', async () => {
    const readme = await readFile(new URL('README.md', ROOT), 'utf8')
    const dataDir = await mkdtemp(join(tmpdir(), 'passbook-readme-'))
    const service = spawn(process.execPath, ['dist/main.js'], {
      cwd: ROOT,
      env: { ...process.env, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'silent' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      let address: string | undefined
      for await (const line of createInterface(service.stdout)) {
        address = /API +http:\/\/(\S+)\/v1/.exec(line)?.[1]
        if (address !== undefined) break
      }
      const script = block(readme, 'Five requests', 'sh')
      expect(script.trim().split('\n')).toHaveLength(5)
      const port = script.replaceAll('localhost:3000', String(address))
      const { stdout } = await run('bash', ['-c', port.replaceAll(/\n/g, '; echo;')])
      const printed = stdout.split('\n').filter(Boolean).join('\n')
      expect(withoutTimes(printed)).toBe(withoutTimes(block(readme, 'Five requests', 'json')))
    } finally {
      service.kill('SIGTERM')
      await once(service, 'exit')
      await rm(dataDir, { recursive: true, force: true })
    }
  })
})
