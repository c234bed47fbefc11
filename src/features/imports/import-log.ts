import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Log, openFileLog } from '../../lib/log.ts'

/** Logs the steps of an import in the process's log and in the import's own file. */
export interface ImportLog {
  info(text: string, figures?: Readonly<Record<string, number | string>>): void
  /** Logs the error with its stack. */
  error(error: unknown, text: string): void
  /** Closes the file. */
  close(): void
}

/** The path of an import's log file. */
export const logFile = (dataDir: string, id: bigint): string =>
  join(resolve(dataDir), 'logs', `import-${id}.log`)

/** Keeps logs from other users of the machine, also those of before. */
function makePrivate(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o600)
}

/**
 * Opens the log of an import. If the file cannot be written, it warns and logs to the process's
 * log.
 */
export function openImportLog(log: Log, dataDir: string, id: bigint): ImportLog {
  const file = (() => {
    try {
      const path = logFile(dataDir, id)
      makePrivate(dirname(path))
      return openFileLog('info', path)
    } catch (error) {
      log.warn({ err: error, import_id: Number(id) }, 'the log file of an import cannot be written')
      return undefined
    }
  })()
  const logs = [log.child({ import_id: Number(id) }), ...(file ? [file.log] : [])]
  return {
    info(text, figures = {}) {
      for (const one of logs) one.info(figures, text)
    },
    error(error, text) {
      for (const one of logs) one.error({ err: error }, text)
    },
    close: () => file?.close(),
  }
}

/** Deletes the log file, if it is on this machine. */
export async function deleteImportLog(dataDir: string, id: bigint): Promise<void> {
  await rm(logFile(dataDir, id), { force: true })
}
