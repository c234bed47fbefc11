import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LoadRequest } from '../../overload/load.ts'
import type { Generator, LoadCount, LoadTurn } from './generator.ts'

const run = promisify(execFile)
const SCRIPT = join(import.meta.dirname, 'wrk.lua')
const ANSWER_SECONDS = 30

/** A text of Lua, by the numbers of its bytes where they are special. */
function luaText(text: string): string {
  const bytes = [...Buffer.from(text)].map((byte) => {
    const isPlain = byte >= 32 && byte < 127 && byte !== 34 && byte !== 92
    return isPlain ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`
  })
  return `"${bytes.join('')}"`
}

function luaOrder(requests: readonly LoadRequest[], token: string): string {
  const headers: Readonly<Record<string, string>> = {
    'Content-Type': 'application/json',
    ...(token !== '' && { Authorization: `Bearer ${token}` }),
  }
  const headerLines = Object.entries(headers).map(
    ([name, value]) => `[${luaText(name)}]=${luaText(value)}`,
  )
  const requestLines = requests.map(
    ({ method, path, body }) =>
      `{${luaText(method)},${luaText(path)},${body === undefined ? 'nil' : luaText(body)}}`,
  )
  return `return { headers = {${headerLines.join(',')}}, requests = {\n${requestLines.join(',\n')}\n} }\n`
}

/** Sends by wrk, which costs a fraction of what a sender in JavaScript does. @returns undefined without wrk */
export async function createWrk(
  folder: string,
  signal: AbortSignal,
): Promise<Generator | undefined> {
  // It has no switch that succeeds: its version comes with exit code 1.
  const version = await run('wrk', ['--version']).catch((error: { readonly stdout?: string }) => {
    return error.stdout === undefined ? undefined : { stdout: error.stdout }
  })
  if (!version?.stdout.startsWith('wrk')) return undefined
  let files = 0
  return {
    name: version.stdout.split(' [')[0] as string,
    async prepare(url, token, requests) {
      files += 1
      const file = join(folder, `requests-${files}.lua`)
      await writeFile(file, luaOrder(requests, token))
      return async ({ connections, seconds, from, isChecked }: LoadTurn): Promise<LoadCount> => {
        const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', `${ANSWER_SECONDS}s`]
        const { stdout } = await run('wrk', [...args, '-s', SCRIPT, url], {
          signal,
          env: {
            ...process.env,
            BENCH_REQUESTS: file,
            BENCH_FROM: String(from),
            BENCH_CHECK: isChecked ? '1' : '0',
          },
        })
        const result = /^RESULT (.*)$/m.exec(stdout)?.[1]
        if (result === undefined) throw new Error(`wrk said nothing of its result: ${stdout}`)
        return JSON.parse(result) as LoadCount
      }
    },
  }
}
