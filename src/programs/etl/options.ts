import { extname } from 'node:path'
import type { ReportFormat, UserGroupKind } from '../../generated/schemas.ts'
import { type Given, usageError } from '../../lib/command-line.ts'
import { etlCommand } from '../commands.ts'

/** The options of the command. */
export interface EtlOptions {
  readonly out: string
  readonly format: ReportFormat
  readonly groupings: readonly (readonly UserGroupKind[])[]
  readonly members: boolean
}

const FORMATS: readonly ReportFormat[] = ['json', 'csv']
const KINDS: readonly UserGroupKind[] = ['bank', 'company', 'pincode']

function readGroupings(list: string | undefined): EtlOptions['groupings'] {
  if (list === undefined) return KINDS.map((kind) => [kind])
  const names = list.split(',').map((name) => name.trim())
  const kinds = KINDS.filter((kind) => names.includes(kind))
  if (kinds.length !== names.length) {
    throw usageError(etlCommand, '--group-by takes bank, company and pincode, each once')
  }
  return [kinds]
}

/** @throws UsageError in one sentence about the invalid option */
export function readOptions({ options }: Given<typeof etlCommand>): EtlOptions {
  const { out, members } = options
  const name = options.format ?? extname(out).slice(1).toLowerCase()
  const format = FORMATS.find((known) => known === name)
  if (format === undefined) {
    throw usageError(
      etlCommand,
      'Cannot tell the format: give --format json or csv, or a FILE that ends in .json or .csv',
    )
  }
  return { out, format, groupings: readGroupings(options['group-by']), members }
}
