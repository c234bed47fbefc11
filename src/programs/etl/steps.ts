import { join, resolve } from 'node:path'
import { StartupError } from '../../errors.ts'
import { createLog, type Log } from '../../lib/log.ts'

/** Reports each step of a run on standard error and in its own log file. */
export interface Steps {
  readonly log: Log
  /** The path of the log file. */
  readonly file: string
  report(text: string, figures?: Readonly<Record<string, number | string>>): void
}

/** @throws StartupError when the log cannot be written */
export function openSteps(dataDir: string, startedAt: Date): Steps {
  const time = startedAt.toISOString().replaceAll(/[:.]/g, '-')
  const file = join(resolve(dataDir), 'logs', `etl-${time}.log`)
  const log = openLog(file)
  return {
    log,
    file,
    report(text, figures = {}) {
      log.info(figures, text)
      const shown = Object.entries(figures).map(([name, value]) => `${name} ${value}`)
      process.stderr.write(`${[text, ...shown].join(', ')}\n`)
    },
  }
}

function openLog(file: string): Log {
  try {
    return createLog('info', file)
  } catch (error) {
    throw new StartupError(`${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`)
  }
}
