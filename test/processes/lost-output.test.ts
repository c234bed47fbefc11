import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { isAlive } from '../../src/database/embedded/processes.ts'
import {
  createDataDir,
  endProcesses,
  postgresPid,
  startProcess,
} from '../setup/servers/processes.ts'

let dataDir: Awaited<ReturnType<typeof createDataDir>>

beforeAll(async () => {
  dataDir = await createDataDir()
})
afterEach(endProcesses)
afterAll(() => dataDir.remove())

const start = () => startProcess('main', { DATA_DIR: dataDir.path })

it('a process whose output is read no more ends when its database is killed', async () => {
  const passbook = start()
  const url = await passbook.url()
  passbook.closeOutput()
  expect((await fetch(`${url}/v1/me`)).status).toBe(401)
  process.kill(await postgresPid(dataDir.path), 'SIGKILL')
  expect(await passbook.exited).toEqual({ code: 1, signal: null })
}, 60_000)

it('a process whose output is read no more works on, and stops', async () => {
  const passbook = start()
  const url = await passbook.url()
  passbook.closeOutput()
  for (let count = 0; count < 20; count += 1) {
    expect((await fetch(`${url}/v1/me`)).status).toBe(401)
  }
  expect(await passbook.end('SIGTERM')).toMatchObject({ code: 0, signal: null })
}, 60_000)

it('a process whose reader is stuck works on, and stops', async () => {
  const passbook = start()
  const url = await passbook.url()
  const readOn = passbook.stopReading()
  // More lines than the buffers of both ends hold.
  for (let round = 0; round < 40; round += 1) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(`${url}/v1/me`)))
    for (const answer of answers) expect(answer.status).toBe(401)
  }
  process.kill(passbook.pid, 'SIGTERM')
  await vi.waitFor(() => expect(isAlive(passbook.pid)).toBe(false), { timeout: 20_000 })
  readOn()
  expect(await passbook.exited).toEqual({ code: 0, signal: null })
}, 60_000)
