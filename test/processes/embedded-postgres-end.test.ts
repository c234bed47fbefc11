import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { isAlive, isServerOf } from '../../src/database/embedded/processes.ts'
import { DataFolder, query, watchdogOf } from './embedded-postgres-harness.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const folder = new DataFolder()

describe('an owner that dies', () => {
  beforeEach(() => folder.useMadeDatabase())

  test('takes its server along, and the next start recovers', async () => {
    const { owner, url } = await folder.startOwner()
    await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    owner.kill('SIGKILL')
    await folder.serverToEnd()
    expect(await query((await folder.start()).url, 'SELECT * FROM kept')).toEqual([{ answer: 42 }])
  })

  test('together with the watchdog leaves a server that the next start replaces', async () => {
    const { owner, url } = await folder.startOwner()
    await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    const orphan = await folder.serverPid()
    process.kill(await watchdogOf(orphan), 'SIGKILL')
    owner.kill('SIGKILL')
    await once(owner, 'exit')

    expect(await query((await folder.start()).url, 'SELECT * FROM kept')).toEqual([{ answer: 42 }])
    expect(await isServerOf(folder.pgdata, orphan)).toBe(false)
    expect(folder.lines).toContainEqual(expect.stringContaining(`left behind (process ${orphan})`))
  })

  // Which process works in a folder is told by /proc alone.
  test.runIf(process.platform === 'linux')(
    'takes a server along that has written no file yet',
    async () => {
      const module = join(process.cwd(), 'src/database/embedded/watchdog.ts')
      const program = `
      import { spawn } from 'node:child_process'
      import { startWatchdog } from ${JSON.stringify(module)}
      const server = spawn('sleep', ['60'], { cwd: ${JSON.stringify(folder.pgdata)}, detached: true })
      startWatchdog(${JSON.stringify(folder.pgdata)}, server)
      console.log(server.pid)`
      const args = ['--import', 'tsx', '--input-type=module', '-e', program]
      const owner = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      const [line] = (await once(owner.stdout, 'data')) as [Buffer]
      const server = Number(line)
      onTestFinished(() => void (isAlive(server) && process.kill(server)))
      expect(isAlive(server)).toBe(true)
      owner.kill('SIGKILL')
      await vi.waitFor(() => expect(isAlive(server)).toBe(false), 5000)
    },
  )

  test('takes a server along that was stopped', async () => {
    const { owner } = await folder.startOwner()
    process.kill(await folder.serverPid(), 'SIGSTOP')
    owner.kill('SIGKILL')
    await folder.serverToEnd()
  })
})

describe('a running server', () => {
  beforeEach(() => folder.useMadeDatabase())

  test('stops once, however often it is asked to, and its watchdog with it', async () => {
    const server = await folder.start()
    const pid = await folder.serverPid()
    const watchdog = await watchdogOf(pid)
    await Promise.all([server.stop(), server.stop()])
    await server.stop()
    expect(await server.exited).toBe(0)
    expect([isAlive(pid), isAlive(watchdog)]).toEqual([false, false])
  })

  test('tells when it ends by itself', async () => {
    const server = await folder.start()
    const pid = await folder.serverPid()
    const watchdog = await watchdogOf(pid)
    process.kill(pid, 'SIGKILL')
    expect(await server.exited).toBeNull()
    await vi.waitFor(() => expect(isAlive(watchdog)).toBe(false), 5000)
    await server.stop()
  })

  test('stays owned after its sessions were cut off', async () => {
    const { superuserUrl } = await folder.start()
    const holders = `FROM pg_locks WHERE locktype = 'advisory' AND granted`
    const [cut] = await query(
      superuserUrl,
      `SELECT pid, pg_terminate_backend(pid) AS done ${holders}`,
    )
    expect(cut).toMatchObject({ done: true })
    await vi.waitFor(async () => {
      const [holder] = await query(superuserUrl, `SELECT pid ${holders} AND pid <> ${cut?.pid}`)
      expect(holder).toBeDefined()
    }, 5000)
    await expect(folder.start()).rejects.toThrow(/^Another Passbook/)
  })

  test('writes no value of a failed statement to its log', async () => {
    const { url } = await folder.start()
    await query(url, 'CREATE TABLE people (email text UNIQUE, age integer)')
    const insert = `INSERT INTO people (email) VALUES ('ada@example.org')`
    await query(url, insert)
    await expect(query(url, insert)).rejects.toThrow(/duplicate key/)
    await expect(query(url, `SELECT 'ada@example.org'::integer`)).rejects.toThrow(/invalid input/)
    expect(await readFile(join(folder.dataDir, 'postgres.log'), 'utf8')).not.toContain('ada@')
  })
})
