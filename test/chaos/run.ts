/** Faults on purpose: `npm run chaos -- --seed 1 --minutes 10`. */
import { writeFile } from 'node:fs/promises'
import { StartupError } from '../../src/errors.ts'
import { inTime } from '../../src/lib/in-time.ts'
import { runChaos } from './chaos.ts'
import { FAULTS } from './faults.ts'
import { type ChaosOptions, readOptions, USAGE } from './options.ts'
import { describeResult } from './report.ts'
import { openStorage } from './servers/storage.ts'

/** How long each part may take to close. */
const MAX_CLOSE_MS = 20_000
const FAILED = 1
const WRONG_USE = 2

const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

/** Closes what was opened, the last first; goes on where one of them fails, or does not come to its end. */
function createCloser() {
  const opened: { readonly name: string; readonly close: () => Promise<void> }[] = []
  let closing: Promise<void> | undefined

  async function closeAll(): Promise<void> {
    // What is opened meanwhile is closed too.
    for (let part = opened.pop(); part !== undefined; part = opened.pop()) {
      const { name, close } = part
      await inTime(close(), MAX_CLOSE_MS).catch((error: Error) =>
        say(`${name} was not closed: ${error.message}`),
      )
    }
  }

  return {
    add: (name: string, close: () => Promise<void>) => void opened.push({ name, close }),
    close() {
      closing ??= closeAll()
      return closing
    },
  }
}

async function run(options: ChaosOptions): Promise<number> {
  const closer = createCloser()
  const stop = (why: string) => {
    say(why)
    void closer.close().then(() => process.exit(FAILED))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stop(`stopped by ${signal}`))
  }
  process.on('uncaughtException', (error) => stop(`the tool itself failed: ${error.stack}`))
  process.on('unhandledRejection', (error) => stop(`the tool itself failed: ${String(error)}`))
  try {
    const storage = await openStorage()
    closer.add('the disk', storage.close)
    const result = await runChaos(options, storage, say, closer.add)
    const json = `${JSON.stringify(result, null, 2)}\n`
    if (options.report !== undefined) await writeFile(options.report, json)
    process.stdout.write(options.json ? json : describeResult(result))
    return result.numFailedTests > 0 ? FAILED : 0
  } finally {
    await closer.close()
  }
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(
      args,
      FAULTS.map(({ kind }) => kind),
    )
    if (options !== undefined) return await run(options)
    process.stdout.write(USAGE)
    return 0
  } catch (error) {
    const isOurs = error instanceof StartupError
    say(isOurs ? error.message : String((error as Error).stack))
    return isOurs ? WRONG_USE : FAILED
  }
}

process.exit(await main(process.argv.slice(2)))
