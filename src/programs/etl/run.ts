import type { Environment } from '../../config.ts'
import { codeOf, isDatabaseAway } from '../../database/errors.ts'
import { StartupError } from '../../errors.ts'
import { writeUserGroups } from '../../features/reports/user-groups-file.ts'
import type { FileLayout } from '../../features/reports/writers.ts'
import type { Outcome } from '../../lib/process.ts'
import { formatCount, formatSeconds } from '../../lib/terminal.ts'
import { openDatabaseAccess } from '../database-access.ts'
import type { EtlOptions } from './options.ts'
import { openOutput } from './output.ts'
import type { Steps } from './steps.ts'

/** PostgreSQL's code for a missing table. */
const UNDEFINED_TABLE = '42P01'

/** Says in one sentence why a run failed. The log has the details. */
function reasonOf(error: unknown, { file }: Steps): StartupError {
  if (error instanceof StartupError) return error
  const why = isDatabaseAway(error)
    ? 'the database does not answer'
    : codeOf(error) === UNDEFINED_TABLE
      ? 'the database lacks migrations (`npm run migrate` applies them)'
      : 'an unexpected error occurred'
  return new StartupError(`Nothing was written: ${why}; ${file} has the details.`)
}

const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(2)

async function write(
  environment: Environment,
  options: EtlOptions,
  steps: Steps,
): Promise<Outcome> {
  const { out, format, groupings, members } = options
  const started = performance.now()
  const output = await openOutput(out)
  const stop = () => {
    output.discard()
    process.exit(1)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
  try {
    const access = await openDatabaseAccess(environment)
    try {
      steps.report('database opened', { seconds: seconds(started) })
      const layout: FileLayout = {
        format,
        groupings,
        includeMembers: members,
        createdAt: new Date(),
      }
      const { groups, bytes } = await writeUserGroups(
        access.url,
        layout,
        output.write,
        (grouping) =>
          steps.report(`grouped by ${grouping.kinds.join(', ')}`, {
            groups: grouping.groups,
            rows: grouping.rows,
            seconds: grouping.seconds.toFixed(2),
          }),
      )
      await output.finish()
      const figures = { groups, bytes, seconds: Number(seconds(started)) }
      const peak = Math.round(process.resourceUsage().maxRSS / 1024)
      steps.report('file written', { ...figures, peak_megabytes: peak })
      return {
        text: `${out} is written: ${formatCount(groups)} groups, ${formatCount(bytes)} bytes in ${formatSeconds(figures.seconds)}\n`,
        document: { file: out, format, ...figures, log: steps.file },
      }
    } finally {
      await access.close()
    }
  } finally {
    output.discard()
  }
}

/**
 * Groups users into a file.
 *
 * @throws StartupError in one sentence; the log has the stack
 */
export async function runEtl(
  environment: Environment,
  options: EtlOptions,
  steps: Steps,
): Promise<Outcome> {
  try {
    return await write(environment, options, steps)
  } catch (error) {
    steps.log.error({ err: error }, 'nothing was written')
    throw reasonOf(error, steps)
  }
}
