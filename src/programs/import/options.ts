import type { TSchema } from 'typebox'
import type { ImportQuery } from '../../features/imports/query.ts'
import { operations } from '../../generated/operations.ts'
import { compileCheck } from '../../http/validation/validator.ts'
import { type Given, usageError } from '../../lib/command-line.ts'
import { importCommand } from '../commands.ts'

/** What the command is asked for. */
export interface ImportCommand {
  readonly file: string
  readonly query: ImportQuery
  readonly rejects: string | undefined
  readonly username: string | undefined
}

/** Options that are no parameters of a request. */
const OURS = ['rejects', 'as']
/** Those that give a column something. */
const PAIRS = ['default', 'rename']

const checkQuery = compileCheck(operations.createImport.schema.querystring as TSchema, 'query')

/** `COLUMN=VALUE` as a parameter `default[COLUMN]=VALUE`. */
function pair(name: string, text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw usageError(importCommand, `--${name} takes COLUMN=VALUE`)
  return [`${name}[${text.slice(0, at)}]`, text.slice(at + 1)]
}

/** An option as parameters of a request; none where it was not given. */
function parametersOf(
  name: string,
  value: boolean | string | readonly string[] | undefined,
): readonly (readonly [string, unknown])[] {
  if (value === undefined || value === false) return []
  if (typeof value === 'object' && PAIRS.includes(name))
    return value.map((text) => pair(name, text))
  if (typeof value === 'object' && value.length === 0) return []
  return [[name.replaceAll('-', '_'), value === true ? 'true' : value]]
}

/** @throws UsageError in one sentence on what is not understood */
export function readOptions({ options, positionals }: Given<typeof importCommand>): ImportCommand {
  const parameters = Object.entries(options)
    .filter(([name]) => !OURS.includes(name))
    .flatMap(([name, value]) => parametersOf(name, value))
  const checked = checkQuery({ kind: 'dataset', ...Object.fromEntries(parameters) })
  if ('errors' in checked) {
    const [{ path, message } = { path: '', message: '' }] = checked.errors
    // A member of an object is told by the object.
    const option = path.replace(/\[.*/s, '').replaceAll('_', '-')
    throw usageError(importCommand, `--${option} ${message}`)
  }
  return {
    file: positionals[0] as string,
    query: checked.value as ImportQuery,
    rejects: options.rejects,
    username: options.as,
  }
}
