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

/** Passbook as somebody starts it who has just cloned it. */
async function startFresh() {
  const dataDir = await mkdtemp(join(tmpdir(), 'passbook-readme-'))
  const service = spawn(process.execPath, ['dist/programs/main.js'], {
    cwd: ROOT,
    env: { ...process.env, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let address = ''
  let password = ''
  for await (const line of createInterface(service.stdout)) {
    address = /API +http:\/\/(\S+)\/v1/.exec(line)?.[1] ?? address
    password = /Password +(\S+)/.exec(line)?.[1] ?? password
    if (address !== '' && password !== '') break
  }
  return {
    dataDir,
    /** Runs commands as they stand, in a folder of their own. @returns what each printed */
    async type(commands: string): Promise<readonly string[]> {
      const script = commands.trim().replaceAll('localhost:3000', address)
      const { stdout } = await run('bash', ['-c', script.replaceAll('\n', "; printf '\\x1e'\n")], {
        cwd: dataDir,
        env: { ...process.env, PASSWORD: password },
      })
      return stdout.split('\x1e').map((text) => text.replaceAll('\r\n', '\n').trim())
    },
    async stop(): Promise<void> {
      service.kill('SIGTERM')
      await once(service, 'exit')
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

describe('the README', () => {
  it('prints what its five requests print on a fresh start', async () => {
    const readme = await readFile(new URL('README.md', ROOT), 'utf8')
    const passbook = await startFresh()
    try {
      const commands = block(readme, 'Five requests', 'sh')
      expect(commands.match(/curl /g)).toHaveLength(5)
      const printed = await passbook.type(commands)
      const shown = block(readme, 'Five requests', 'json')
      expect(withoutTimes(printed.filter(Boolean).join('\n'))).toBe(withoutTimes(shown))
    } finally {
      await passbook.stop()
    }
  })

  it('does what its administrator does', async () => {
    const readme = await readFile(new URL('README.md', ROOT), 'utf8')
    const passbook = await startFresh()
    try {
      const commands = block(readme, 'Five requests of an administrator', 'sh')
      expect(commands.match(/curl /g)).toHaveLength(5)
      const answers = (await passbook.type(commands))
        .filter(Boolean)
        .map((text) => JSON.parse(text))
      const [customer, employment, transaction, found] = answers
      expect(employment).toMatchObject({ user_id: customer.id, is_current: true })
      expect(transaction).toMatchObject({ user_id: customer.id, transaction_amount: '2400.00' })
      expect(found).toEqual([customer])
    } finally {
      await passbook.stop()
    }
  })

  it('loads its CSV file, refuses its bad row, and exports the rest', async () => {
    const readme = await readFile(new URL('README.md', ROOT), 'utf8')
    const section = readme.slice(readme.indexOf('## Loading CSV files'))
    const shown = [...section.matchAll(/```csv\n([\s\S]*?)```/g)].map(([, text = '']) =>
      text.trim(),
    )
    const passbook = await startFresh()
    try {
      const printed = await passbook.type(block(readme, 'Loading CSV files', 'sh'))
      expect(printed[2]).toContain('"status":"queued"')
      expect(printed[3]).toContain('event: completed')
      expect(printed.slice(4)).toEqual(shown)
    } finally {
      await passbook.stop()
    }
  })
})
