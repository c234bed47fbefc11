import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StartupError } from '../../../errors.ts'
import type { Credentials } from '../options.ts'

/** Where the program stands, seen from src/programs/ and from dist/programs/. */
const PROGRAM = fileURLToPath(new URL('../../../../dist/programs/main.js', import.meta.url))
const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 10_000
const KEPT_OUTPUT = 4_000

/** Has the service end when we are gone, however that came: its channel to us closes then. */
const FOLLOW = `data:text/javascript,process.on('disconnect',()=>process.kill(process.pid,'SIGTERM'))`

/** What a program needs of its surroundings; none of the variables that lead Passbook to other data. */
const KEPT_VARIABLES = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot']

/** A service of our own, on data of its own. */
export interface ChildService {
  readonly url: string
  readonly credentials: Credentials
  /** Ends it, waits, and removes its data. May be called twice. */
  stop(): Promise<void>
}

function environment(dataDir: string, { username, password }: Credentials): NodeJS.ProcessEnv {
  const kept = KEPT_VARIABLES.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    ...Object.fromEntries(kept),
    PORT: '0',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    RATE_LIMIT_PER_MINUTE: '0',
    ADMIN_USERNAME: username,
    ADMIN_PASSWORD: password,
  }
}

/** Reads what the service prints until it says where its API is. */
function readUrl(child: ChildProcess, signal: AbortSignal): Promise<string> {
  let printed = ''
  let timer: NodeJS.Timeout | undefined
  const url = new Promise<string>((resolve, reject) => {
    const fail = (what: string) => {
      const last = printed.trim().split('\n').at(-1)
      reject(new StartupError(`The service ${what}${last ? `: ${last}` : '.'}`))
    }
    const read = (chunk: Buffer) => {
      printed = (printed + chunk).slice(-KEPT_OUTPUT)
      const found = /^ *API +(https?:\S+)\/v1$/m.exec(printed)?.[1]
      if (found !== undefined) resolve(found)
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('error', () => fail('could not be started'))
    child.once('close', () => fail('ended before it was ready'))
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    timer = setTimeout(() => fail('did not start in time'), START_LIMIT_MS)
  })
  return url.finally(() => clearTimeout(timer))
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  await exited.finally(() => clearTimeout(timer))
}

/**
 * Starts Passbook, all in one, on a new folder and a free port.
 *
 * @param signal gives up waiting for it
 * @throws StartupError when it does not start; nothing is left then
 */
export async function startChildService(signal: AbortSignal): Promise<ChildService> {
  if (!existsSync(PROGRAM)) {
    throw new StartupError('The program is not compiled yet; `npm run demo` does that.')
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'passbook-demo-'))
  const credentials = {
    username: `demo-${randomBytes(4).toString('hex')}`,
    password: randomBytes(18).toString('base64url'),
  }
  // In a group of its own: a Ctrl-C reaches us alone, and we end the service once, in order.
  const child = spawn(process.execPath, ['--import', FOLLOW, PROGRAM], {
    env: environment(dataDir, credentials),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  })
  const stop = async () => {
    await end(child)
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    return { url: await readUrl(child, signal), credentials, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
