import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Log, openFileLog } from '../../lib/log.ts'

/** What an import says: on the console, and in a file of its own. */
export interface ImportLog {
  say(text: string, figures?: Readonly<Record<string, number | string>>): void
  /** With the stack. */
  fail(error: unknown, text: string): void
  /** Lets go of the file. */
  close(): void
}

/** Where the log of an import is. */
export const logFile = (dataDir: string, id: bigint): string =>
  join(resolve(dataDir), 'logs', `import-${id}.log`)

/** A folder that cannot be written to is told of, and keeps no import from running. */
export function openImportLog(log: Log, dataDir: string, id: bigint): ImportLog {
  const file = (() => {
    try {
      return openFileLog('info', logFile(dataDir, id))
    } catch (error) {
      log.warn({ err: error, import_id: Number(id) }, 'the log of an import cannot be written')
      return undefined
    }
  })()
  const both = [log.child({ import_id: Number(id) }), ...(file ? [file.log] : [])]
  return {
    say(text, figures = {}) {
      for (const one of both) one.info(figures, text)
    },
    fail(error, text) {
      for (const one of both) one.error({ err: error }, text)
    },
    close: () => file?.close(),
  }
}

/** Deletes the log, where this machine has it. */
export async function deleteImportLog(dataDir: string, id: bigint): Promise<void> {
  await rm(logFile(dataDir, id), { force: true })
}
