import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createConfig, type Environment } from '../../config.ts'
import { inBackground } from '../../database/background.ts'
import { AppError, StartupError } from '../../errors.ts'
import { accountByName } from '../../features/auth/account-by-name.ts'
import { importView } from '../../features/imports/imports.view.ts'
import type { Import } from '../../generated/schemas.ts'
import type { Log } from '../../lib/log.ts'
import type { Outcome } from '../../lib/process.ts'
import { formatCount, formatRate, type Screen } from '../../lib/terminal.ts'
import { openServices, type Services } from '../../services.ts'
import { openDatabaseAccess } from '../database-access.ts'
import { requireKeysOfDatabase } from '../database-keys.ts'
import { type Reading, showProgress } from './bar.ts'
import { listedText } from './listed-text.ts'
import type { ImportCommand } from './options.ts'
import { runPreview } from './preview.ts'

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new StartupError(
      error.code === 'ENOENT'
        ? `There is no file ${path}.`
        : `${path} cannot be read (${error.code}).`,
    )
  })
  if (!found.isFile()) throw new StartupError(`${path} is not a file.`)
  return found.size
}

/** The default account. */
async function firstAdmin({ database }: Services): Promise<number> {
  const admin = await database.user.findFirst({
    where: { role: 'admin', disabledAt: null },
    orderBy: { id: 'asc' },
    select: { id: true },
  })
  if (admin === null) throw new StartupError('There is no admin yet; run `npm start` once.')
  return Number(admin.id)
}

/** The account that will own the import. */
async function accountOf(services: Services, username: string | undefined): Promise<number> {
  if (username === undefined) return await firstAdmin(services)
  const account = await accountByName(services.database, username)
  if (account === null) throw new StartupError(`There is no account ${username}.`)
  if (account.disabledAt !== null) throw new StartupError(`The account ${username} is disabled.`)
  if (account.role === 'user')
    throw new StartupError(
      `The account ${username} may not load files; name a staff or admin account.`,
    )
  return Number(account.id)
}

/** What the command prints at the end: what was loaded, each column, and what was left out. */
function summary(result: Import, duplicate: boolean): string {
  const { name, rows_loaded, rows_rejected, rows_skipped, columns, started_at, finished_at } =
    result
  const seconds = (Date.parse(finished_at ?? '') - Date.parse(started_at ?? '')) / 1000
  const skipped = rows_skipped > 0 ? `, ${formatCount(rows_skipped)} existed already` : ''
  const verb = duplicate ? 'was loaded before' : result.dry_run ? 'could be loaded' : 'is loaded'
  const rate =
    seconds > 0 ? ` in ${seconds.toFixed(1)} s (${formatRate(rows_loaded, seconds)})` : ''
  const types = columns.map((column) => `  ${column.name}  ${column.type}`)
  return [
    `${name} ${verb}: ${formatCount(rows_loaded)} rows${rate}, ${formatCount(rows_rejected)} refused${skipped}`,
    ...types,
    ...(result.dialect === null ? [] : listedText(result.dialect)),
  ].join('\n')
}

async function load(services: Services, command: ImportCommand, screen: Screen): Promise<Outcome> {
  const { file, query, username, rejects } = command
  const { imports } = services
  const total = await sizeOf(file)
  const userId = await accountOf(services, username)
  let reading: (() => Reading) | undefined
  const end = showProgress(screen, total, () => reading?.())
  const { record, duplicate } = await imports
    .loadFile(userId, query, file, (progress) => {
      reading = () => ({
        bytes: progress.bytes,
        rows: progress.counts.read,
        rejected: progress.rejected,
      })
    })
    .finally(end)
  const caller = { id: userId, role: 'admin' } as const
  const result = importView(record, await imports.listedLines(caller, record))
  if (rejects !== undefined) {
    await pipeline(await imports.rejects(caller, result.id), createWriteStream(rejects))
  }
  if (result.status !== 'completed') {
    const { detail, line } = result.error ?? { detail: 'it was cancelled', line: undefined }
    const reason = detail.replace(/\.$/, '')
    throw new StartupError(
      `Nothing was loaded${line ? `, line ${line}` : ''}: ${reason}; ${services.imports.logFile(record.id)} has more.`,
    )
  }
  return { text: `${summary(result, duplicate)}\n`, document: result }
}

/** Turns an error that the caller can fix into one sentence. */
function reasonOf(error: unknown): unknown {
  if (!(error instanceof AppError)) return error
  const [first] = error.options.errors ?? []
  const reason = first ? `${first.path} ${first.message}`.trim() : error.message
  return new StartupError(`Nothing was loaded: ${reason}.`)
}

/**
 * Loads a file from the disk of this machine, or shows what it would become.
 *
 * @param screen shows the progress
 * @throws StartupError in one sentence
 */
export async function runImport(
  environment: Environment,
  command: ImportCommand,
  log: Log,
  screen: Screen,
): Promise<Outcome> {
  if (command.preview) {
    await sizeOf(command.file)
    return await runPreview(command, environment.DEFAULT_CURRENCY).catch((error: unknown) => {
      throw reasonOf(error)
    })
  }
  const access = await openDatabaseAccess(environment)
  try {
    const config = createConfig(environment, access.kept)
    await requireKeysOfDatabase(access.url, environment, config)
    const services = openServices(config, access.url, log, 'api')
    await services.keys.start()
    try {
      return await inBackground(() => load(services, command, screen))
    } finally {
      await services.close()
    }
  } catch (error) {
    throw reasonOf(error)
  } finally {
    await access.close()
  }
}
