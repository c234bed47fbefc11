/** `npm run chaos`: faults on purpose. */
import { writeFile } from 'node:fs/promises'
import { StartupError } from '../../src/errors.ts'
import { inTime } from '../../src/lib/in-time.ts'
import { beginCommand, endCommand, failCommand, type Outcome } from '../../src/lib/process.ts'
import { runChaos } from './chaos.ts'
import { FAULTS } from './faults.ts'
import { type ChaosOptions, chaosCommand, readOptions } from './options.ts'
import { describeResult } from './report.ts'
import { openStorage } from './servers/storage.ts'

/** How long each part may take to close. */
const MAX_CLOSE_MS = 20_000
const FAILED = 1

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

async function run(options: ChaosOptions): Promise<Outcome> {
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
    if (options.report !== undefined) {
      await writeFile(options.report, `${JSON.stringify(result, null, 2)}\n`)
    }
    return {
      text: describeResult(result),
      document: result,
      failed: result.numFailedTests > 0,
    }
  } finally {
    await closer.close()
  }
}

const given = await beginCommand(chaosCommand)
const kinds = FAULTS.map(({ kind }) => kind)
try {
  await endCommand(await run(readOptions(given, kinds)), given.json)
} catch (error) {
  if (!(error instanceof StartupError)) say(`the tool itself failed: ${(error as Error).stack}`)
  await failCommand(error, given.json)
}
