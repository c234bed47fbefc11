import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createHttpClient, logIn } from '../setup/http/http-client.ts'
import { endProcesses, postgresPid, readKept, startProcess } from '../setup/servers/processes.ts'

const run = promisify(execFile)
const DISK = 'size=300m,mode=755'
const MAX_MS = 5_500
/** More than the disk has. */
const MAX_REQUESTS = 600

let folder: string
let mounted = false

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passbook-disk-'))
  mounted = await run('mount', ['-t', 'tmpfs', '-o', DISK, 'tmpfs', folder]).then(
    () => true,
    () => false,
  )
})
afterAll(async () => {
  await endProcesses()
  if (mounted) await run('umount', ['--lazy', folder])
  await rm(folder, { recursive: true, force: true })
})

it('a disk that fills up is said to be full, to callers and at the end', async (context) => {
  if (!mounted) context.skip('no disk of its own: mounting one takes root')
  const dataDir = join(folder, 'data')
  const passbook = startProcess('main', { DATA_DIR: dataDir })
  const url = await passbook.url()
  const { adminUsername, adminPassword } = await readKept(dataDir)
  const { token } = await logIn(url, adminUsername, adminPassword)
  const admin = createHttpClient(url, token)
  // All that is free, as far as there are whole pages.
  await run('sh', ['-c', 'cat /dev/zero > "$1"/filler 2>/dev/null || true', 'sh', folder])

  const codes = new Set<string>()
  for (let count = 0; count < MAX_REQUESTS; count += 1) {
    const since = performance.now()
    const tasks = { title: 'x'.repeat(200), description: 'y'.repeat(1_000) }
    const answer = await admin.request('POST', '/v1/tasks', tasks).catch(() => undefined)
    if (answer === undefined) break
    expect(performance.now() - since).toBeLessThan(MAX_MS)
    expect([201, 503]).toContain(answer.status)
    if (answer.status === 503) codes.add(answer.body.code)
    if (answer.body.code === 'storage_full') break
  }
  console.log(`a full disk was answered with ${[...codes].join(', ') || 'nothing'}`)
  if (codes.has('storage_full')) {
    const { body } = await admin.request('GET', '/health/ready')
    expect([body.status, body.storage.status]).toEqual(['degraded', 'unavailable'])
    expect(passbook.text.stdout).toContain('the disk is full: nothing can be stored')
    // As it ends itself when it cannot add to its write-ahead log.
    process.kill(await postgresPid(dataDir), 'SIGKILL')
  }
  expect((await passbook.exited).code).toBe(1)
  expect(passbook.text.stderr).toMatch(
    /^The disk of .+ is full; free some space and start again\.$/m,
  )
}, 120_000)
