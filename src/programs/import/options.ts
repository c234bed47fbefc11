import type { TSchema } from 'typebox'
import type { ImportQuery } from '../../features/imports/query.ts'
import { operations } from '../../generated/operations.ts'
import { compileCheck } from '../../http/validation/validator.ts'
import { type Given, usageError } from '../../lib/command-line.ts'
import { importCommand } from '../commands.ts'

/** The options of the command. */
export interface ImportCommand {
  readonly file: string
  readonly query: ImportQuery
  readonly rejects: string | undefined
  readonly username: string | undefined
  /** Whether to show what the file would become, and load nothing. */
  readonly preview: boolean
}

/** Options of the command that are no parameters of `createImport`. */
const COMMAND_OPTIONS = ['rejects', 'as', 'preview']
/** Options whose value is `COLUMN=VALUE`, or `FIELD=COLUMN`. */
const PAIR_OPTIONS = ['default', 'rename', 'type', 'column'] as const
type PairOption = (typeof PAIR_OPTIONS)[number]

const isPairOption = (name: string): name is PairOption => PAIR_OPTIONS.some((one) => one === name)

const checkQuery = compileCheck(operations.createImport.schema.querystring as TSchema, 'query')

/** Turns `COLUMN=VALUE` into a parameter `default[COLUMN]=VALUE`. */
function pairParameter(name: PairOption, text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1)
    throw usageError(importCommand, `--${name} takes ${importCommand.options[name].value}`)
  return [`${name}[${text.slice(0, at)}]`, text.slice(at + 1)]
}

/** Turns an option into parameters of `createImport`; into none if it was not given. */
function parametersOf(
  name: string,
  value: boolean | string | readonly string[] | undefined,
): readonly (readonly [string, unknown])[] {
  if (value === undefined || value === false) return []
  if (typeof value === 'object' && isPairOption(name))
    return value.map((text) => pairParameter(name, text))
  if (typeof value === 'object' && value.length === 0) return []
  return [[name.replaceAll('-', '_'), value === true ? 'true' : value]]
}

/** @throws UsageError in one sentence about the invalid option */
export function readOptions({ options, positionals }: Given<typeof importCommand>): ImportCommand {
  const parameters = Object.entries(options)
    .filter(([name]) => !COMMAND_OPTIONS.includes(name))
    .flatMap(([name, value]) => parametersOf(name, value))
  const checked = checkQuery({ kind: 'dataset', ...Object.fromEntries(parameters) })
  if ('errors' in checked) {
    const [{ path, message } = { path: '', message: '' }] = checked.errors
    // An error in `default[COLUMN]` is reported for the option `default`.
    const option = path.replace(/\[.*/s, '').replaceAll('_', '-')
    throw usageError(importCommand, `--${option} ${message}`)
  }
  if (options.preview && options.profile !== undefined)
    throw usageError(importCommand, '--preview knows no profiles: it needs no database')
  return {
    file: positionals[0] as string,
    query: checked.value as ImportQuery,
    rejects: options.rejects,
    username: options.as,
    preview: options.preview ?? false,
  }
}
