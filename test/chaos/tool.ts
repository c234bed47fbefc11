import { writeFile } from 'node:fs/promises'
import { StartupError } from '../../src/errors.ts'
import type { Command, Given } from '../../src/lib/command-line.ts'
import { inTime } from '../../src/lib/in-time.ts'
import { beginCommand, endCommand, failCommand } from '../../src/lib/process.ts'
import { openStorage, type Storage } from './servers/storage.ts'
import type { Opened } from './servers/topology.ts'

/** How long each part may take to close. */
const MAX_CLOSE_MS = 20_000
const FAILED = 1

/** What a run has shown, and how the tool says it. */
export interface Shown {
  readonly text: string
  readonly document: { readonly numFailedTests: number }
}

interface ToolOptions {
  /** A file to write the document to. */
  readonly report: string | undefined
}

/** A run on a disk of its own. `say` is told what happens, `opened` what has to be closed. */
export type Run<O> = (
  options: O,
  storage: Storage,
  say: (line: string) => void,
  opened: Opened,
) => Promise<Shown>

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

/**
 * Runs something on a disk, and closes all that was opened, however the run ends.
 *
 * @param begun told how to close it before its end
 */
export async function withStorage<T>(
  open: () => Promise<Storage>,
  run: (storage: Storage, opened: Opened) => Promise<T>,
  begun: (close: () => Promise<void>) => void = () => undefined,
): Promise<T> {
  const closer = createCloser()
  begun(closer.close)
  try {
    const storage = await open()
    closer.add('the disk', storage.close)
    return await run(storage, closer.add)
  } finally {
    await closer.close()
  }
}

function stopOnSignals(close: () => Promise<void>): void {
  const stop = (why: string) => {
    say(why)
    void close().then(() => process.exit(FAILED))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stop(`stopped by ${signal}`))
  }
  process.on('uncaughtException', (error) => stop(`the tool itself failed: ${error.stack}`))
  process.on('unhandledRejection', (error) => stop(`the tool itself failed: ${String(error)}`))
}

/**
 * The whole of a tool that runs an installation: its command line, its run and its exit code.
 *
 * @param storage whether it wants a small disk of its own
 */
export async function runTool<C extends Command, O extends ToolOptions>(
  command: C,
  read: (given: Given<C>) => O,
  run: Run<O>,
  { wantsDisk } = { wantsDisk: true },
): Promise<void> {
  const given = await beginCommand(command)
  try {
    const options = read(given)
    const { text, document } = await withStorage(
      () => openStorage(wantsDisk),
      (storage, opened) => run(options, storage, say, opened),
      stopOnSignals,
    )
    if (options.report !== undefined) {
      await writeFile(options.report, `${JSON.stringify(document, null, 2)}\n`)
    }
    await endCommand({ text, document, failed: document.numFailedTests > 0 }, given.json)
  } catch (error) {
    if (!(error instanceof StartupError)) say(`the tool itself failed: ${(error as Error).stack}`)
    await failCommand(error, given.json)
  }
}
