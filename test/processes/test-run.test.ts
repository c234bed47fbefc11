import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { watchdogOf } from './embedded-postgres-harness.ts'

const run = promisify(execFile)

/** What one run consists of, by process number. */
type Pids = Readonly<Record<'child' | 'server' | 'worker' | 'vitest' | 'runner' | 'shell', number>>

const CONFIG = 'test/processes/test-run/vitest.config.ts'
/** How long, in milliseconds, to wait for a run to say something: generous, as the machine may be busy. */
const OUTPUT_MS = 45_000
/** How long, in milliseconds, an end may take: generous, as the machine may be busy. */
const END = { timeout: 20_000, interval: 50 }

let temporary: string
const groups = new Set<number>()

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'passbook-test-run-'))
})
afterEach(async () => {
  for (const group of groups) killGroup(group, 'SIGKILL')
  groups.clear()
  await rm(temporary, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

function killGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Starts `npm test` on two tests, as npm does: in a shell of its own, here below another one. */
function startRun() {
  const command = `sh -c "node scripts/test.mjs --config ${CONFIG}"; exit $?`
  const npm = spawn('sh', ['-c', command], {
    detached: true,
    env: { PATH: process.env['PATH'], TMPDIR: temporary, npm_lifecycle_event: 'test' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  groups.add(npm.pid as number)
  const exited = once(npm, 'exit')
  let output = ''
  let look = () => {}
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      look()
    })
  }

  /** Waits for output that matches. */
  function seen(pattern: RegExp): Promise<RegExpExecArray> {
    let timer: NodeJS.Timeout | undefined
    const found = new Promise<RegExpExecArray>((resolve, reject) => {
      const fail = (how: string) => reject(new Error(`${how} without ${pattern}:\n${output}`))
      look = () => {
        const match = pattern.exec(output)
        if (match) resolve(match)
      }
      look()
      timer = setTimeout(fail, OUTPUT_MS, 'went on')
      void exited.then(() => fail('ended'))
    })
    return found.finally(() => clearTimeout(timer))
  }

  return {
    npm: npm.pid as number,
    exited,
    output: () => output,
    /** Waits until one file has failed, and been shown, and the other waits. */
    async running(): Promise<Pids> {
      const [, pids = ''] = await seen(/RUNNING (.+)/)
      const { vitest } = JSON.parse(pids)
      groups.add(vitest)
      // The last that is said of the file: what comes after a signal is of the signal alone.
      await seen(/^ +× fails at once.*\n/m)
      return JSON.parse(pids)
    },
  }
}

/** Whether it runs; one that nobody has collected yet does not. */
const runs = async (pid: number) => {
  const { stdout } = await run('ps', ['-o', 'stat=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }))
  return stdout !== '' && !stdout.startsWith('Z')
}

const running = async (pids: Pids) => {
  const each = await Promise.all(
    Object.entries(pids).map(async ([name, pid]) => ((await runs(pid)) ? [name] : [])),
  )
  return each.flat()
}

const runFolders = async () =>
  (await readdir(temporary)).filter((name) => name.startsWith('passbook-run-'))

async function nothingToBeLeft(pids: Pids): Promise<void> {
  await vi.waitFor(async () => expect(await running(pids)).toEqual([]), END)
  await vi.waitFor(async () => expect(await readdir(temporary)).toEqual([]), END)
}

// Each test starts one or two whole runs.
describe('a run of the tests', { timeout: 120_000 }, () => {
  it('leaves nothing after Ctrl-C, and says what failed so far', async () => {
    const test = startRun()
    const pids = await test.running()
    process.kill(-test.npm, 'SIGINT')
    await test.exited
    // The runner waits for everything else to end.
    expect(await running(pids)).toEqual([])
    expect(await readdir(temporary)).toEqual([])
    expect(test.output()).toMatch(
      /FAIL test\/processes\/test-run\/fails\.run\.ts > fails at once\n +expected 'as seen'.+\nEnded by SIGINT after 1 test; 1 failed so far\.\n$/,
    )
  })

  it.each<[string, NodeJS.Signals, (pids: Pids & { npm: number }) => number]>([
    ['a closed terminal', 'SIGHUP', ({ npm }) => -npm],
    ['SIGINT to the runner alone', 'SIGINT', ({ runner }) => runner],
    ['SIGKILL of the runner', 'SIGKILL', ({ runner }) => runner],
    ['SIGKILL of Vitest', 'SIGKILL', ({ vitest }) => vitest],
    ["SIGTERM to npm's shell", 'SIGTERM', ({ shell }) => shell],
    ['SIGKILL of npm', 'SIGKILL', ({ npm }) => npm],
  ])('leaves nothing after %s', async (_, signal, choose) => {
    const test = startRun()
    const pids = await test.running()
    expect(await running(pids)).toEqual(Object.keys(pids))
    process.kill(choose({ ...pids, npm: test.npm }), signal)
    await nothingToBeLeft(pids)
  })

  it('leaves nothing when it ends while its database is being made', async () => {
    const test = startRun()
    await vi.waitFor(async () => expect(await runFolders()).toHaveLength(1), {
      timeout: 30_000,
      interval: 5,
    })
    process.kill(-test.npm, 'SIGINT')
    await test.exited
    await vi.waitFor(async () => expect(await readdir(temporary)).toEqual([]), END)
    const { stdout } = await run('ps', ['-A', '-o', 'args='])
    expect(stdout).not.toContain(CONFIG)
  })

  it('tidies up after one that was killed with its keeper', async () => {
    const killed = startRun()
    const pids = await killed.running()
    const [name = ''] = await runFolders()
    const { stdout } = await run('pgrep', ['-f', `run-keeper.sh ${join(temporary, name)}`])
    for (const pid of [Number(stdout), await watchdogOf(pids.server), pids.runner]) {
      process.kill(pid, 'SIGKILL')
    }
    killGroup(pids.vitest, 'SIGKILL')
    await vi.waitFor(async () => expect(await running(pids)).toEqual(['server']), END)
    // One of a run that is still there stays.
    await mkdir(join(temporary, `passbook-run-${process.pid}-others`))

    const next = startRun()
    await next.running()
    await vi.waitFor(async () => expect(await running(pids)).toEqual([]), END)
    expect(next.output()).toContain(`Removing ${join(temporary, name)}, which an earlier run`)
    const left = await readdir(temporary)
    expect(left).not.toContain(name)
    expect(left).toContain(`passbook-run-${process.pid}-others`)
  })
})
