import { extname } from 'node:path'
import { parseArgs } from 'node:util'
import { StartupError } from '../../errors.ts'
import type { ReportFormat, UserGroupKind } from '../../generated/schemas.ts'

export const USAGE = `Usage: npm run etl -- --out FILE [options]

Groups users by bank, by company and by pincode in one run, and writes the groups to FILE, the largest
first. FILE appears when it is whole, and replaces one of the same name.

  --out FILE          where to write
  --format json|csv   else what the name of FILE ends in
  --group-by LIST     group by these jointly instead: one or more of bank,company,pincode
  --members           list the ids of each group's users
  --help              print this

Steps are printed, and logged in DATA_DIR/logs. The database is that of DATABASE_URL or DATA_DIR.
`

/** What the command is asked for. */
export interface EtlOptions {
  readonly out: string
  readonly format: ReportFormat
  readonly groupings: readonly (readonly UserGroupKind[])[]
  readonly members: boolean
}

const HELP = 'see `npm run etl -- --help`'
const FORMATS: readonly ReportFormat[] = ['json', 'csv']
const KINDS: readonly UserGroupKind[] = ['bank', 'company', 'pincode']

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        out: { type: 'string' },
        format: { type: 'string' },
        'group-by': { type: 'string' },
        members: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    const [reason = ''] = (error as Error).message.split(/\. |\n/)
    throw new StartupError(`${reason.replace(/\.$/, '')}; ${HELP}.`)
  }
}

function readGroupings(list: string | undefined): EtlOptions['groupings'] {
  if (list === undefined) return KINDS.map((kind) => [kind])
  const names = list.split(',').map((name) => name.trim())
  const kinds = KINDS.filter((kind) => names.includes(kind))
  if (kinds.length !== names.length) {
    throw new StartupError(`--group-by takes bank, company and pincode, each once; ${HELP}.`)
  }
  return [kinds]
}

/**
 * Reads the command line.
 *
 * @returns undefined when help is wanted
 * @throws StartupError in one sentence on what is not understood
 */
export function readOptions(args: readonly string[]): EtlOptions | undefined {
  const given = readArguments(args)
  if (given.help) return undefined
  const { out, members } = given
  if (out === undefined || out === '') throw new StartupError(`--out FILE is missing; ${HELP}.`)
  const name = given.format ?? extname(out).slice(1).toLowerCase()
  const format = FORMATS.find((known) => known === name)
  if (format === undefined) {
    throw new StartupError(
      `The format is not known by --format or the name's ending: json or csv; ${HELP}.`,
    )
  }
  return { out, format, groupings: readGroupings(given['group-by']), members }
}
