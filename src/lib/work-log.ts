import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Log, openFileLog } from './log.ts'

/** Work that takes long and has a log file of its own. */
export type WorkKind = 'import' | 'report'

/** One piece of work. */
export interface Work {
  readonly kind: WorkKind
  readonly id: bigint
}

type Figures = Readonly<Record<string, number | string | boolean>>

/** Logs the steps of a piece of work in the process's log and in a file of its own. */
export interface WorkLog {
  info(text: string, figures?: Figures): void
  /** Logs the error with its stack. */
  error(error: unknown, text: string, figures?: Figures): void
  /** How long the work takes so far, and how many rows of it a second. */
  pace(rows: number): { readonly seconds: number; readonly rows_per_second: number }
  /** Closes the file. */
  close(): void
}

const folderOf = (dataDir: string): string => join(resolve(dataDir), 'logs')

/** The path of the log file, on the machine that does the work. */
export const workLogFile = (dataDir: string, { kind, id }: Work): string =>
  join(folderOf(dataDir), `${kind}-${id}.log`)

/** Keeps logs from other users of the machine, also those of before. */
function makePrivate(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o600)
}

/**
 * Opens the log of a piece of work that begins. If the file cannot be written, it warns and logs to
 * the process's log.
 */
export function openWorkLog(log: Log, dataDir: string, work: Work): WorkLog {
  const { kind, id } = work
  const subject = { [`${kind}_id`]: Number(id) }
  const began = performance.now()
  const file = (() => {
    try {
      const path = workLogFile(dataDir, work)
      makePrivate(dirname(path))
      return openFileLog('info', path)
    } catch (error) {
      log.warn({ err: error, ...subject }, 'a log file cannot be written')
      return undefined
    }
  })()
  const logs = [log.child(subject), ...(file ? [file.log] : [])]
  return {
    info(text, figures = {}) {
      for (const one of logs) one.info(figures, text)
    },
    error(error, text, figures = {}) {
      for (const one of logs) one.error({ ...figures, err: error }, text)
    },
    pace(rows) {
      const seconds = (performance.now() - began) / 1000
      return {
        seconds: Math.round(seconds * 1000) / 1000,
        rows_per_second: Math.round(rows / Math.max(seconds, 0.001)),
      }
    },
    close: () => file?.close(),
  }
}

/** Deletes the log file, if it is on this machine. */
export async function deleteWorkLog(dataDir: string, work: Work): Promise<void> {
  await rm(workLogFile(dataDir, work), { force: true })
}

/**
 * Deletes the log files of work whose record is gone. A record may have been deleted on another
 * machine, or with its user.
 *
 * @param existing finds which of these records there are
 */
export async function sweepWorkLogs(
  dataDir: string,
  kind: WorkKind,
  existing: (ids: readonly bigint[]) => Promise<readonly bigint[]>,
): Promise<void> {
  const names = await readdir(folderOf(dataDir)).catch(() => [])
  const form = new RegExp(`^${kind}-(\\d{1,18})\\.log$`)
  const ids = names.flatMap((name) => form.exec(name)?.[1] ?? []).map(BigInt)
  if (ids.length === 0) return
  const kept = new Set(await existing(ids))
  for (const id of ids) if (!kept.has(id)) await deleteWorkLog(dataDir, { kind, id })
}
