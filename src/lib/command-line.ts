import { parseArgs } from 'node:util'
import { StartupError } from '../errors.ts'

/** An option of a command. */
export interface CommandOption {
  readonly text: string
  /** The placeholder for its value in the usage text; a switch has none. */
  readonly value?: string
  readonly required?: true
  readonly repeatable?: true
}

/** Describes a command: its arguments are parsed by this, and its usage is printed from it. */
export interface Command {
  /** The script name in `npm run <name>`. */
  readonly name: string
  readonly summary: string
  /** Describes, in a sentence or two, the JSON document printed with --json. */
  readonly document: string
  /** Arguments that are not options. */
  readonly positionals?: { readonly usage: string; readonly min: number; readonly max: number }
  readonly options?: Readonly<Record<string, CommandOption>>
  /** Who receives all other arguments. Without it, other arguments are errors. */
  readonly rest?: string
  readonly notes?: string
}

type ValueOf<O> = O extends { readonly value: string }
  ? O extends { readonly repeatable: true }
    ? readonly string[]
    : O extends { readonly required: true }
      ? string
      : string | undefined
  : boolean

type ValuesOf<C> = C extends { readonly options: infer O }
  ? { readonly [N in keyof O]: ValueOf<O[N]> }
  : Readonly<Record<never, never>>

/** The parsed arguments of a command. */
export interface Given<C extends Command = Command> {
  readonly options: ValuesOf<C>
  readonly positionals: readonly string[]
  /** Arguments the command passes on unchanged. */
  readonly rest: readonly string[]
  readonly json: boolean
}

/** An invalid command line, explained in one sentence. The process exits with code 2. */
export class UsageError extends StartupError {}

const callOf = (name: string) =>
  name === 'start' || name === 'test' ? `npm ${name}` : `npm run ${name}`

/** @param problem what is wrong, without the full stop */
export const usageError = ({ name }: Command, problem: string): UsageError =>
  new UsageError(`${problem}; see \`${callOf(name)} -- --help\`.`)

/** All options of a command; those common to all commands come last. */
const optionsOf = ({ options }: Command): readonly (readonly [string, CommandOption])[] =>
  Object.entries({
    ...options,
    json: { text: 'print one JSON document on standard output, and nothing else there' },
    help: { text: 'print this, and do nothing else' },
  })

const titleOf = ([name, { value }]: readonly [string, CommandOption]) =>
  value === undefined ? `--${name}` : `--${name} ${value}`

/** The usage text of a command. */
export function usageOf(command: Command): string {
  const { name, summary, document, positionals, rest, notes } = command
  const options = optionsOf(command)
  const required = options.filter(([, { required }]) => required)
  const synopsis = [
    callOf(name),
    '--',
    ...(positionals === undefined ? [] : [positionals.usage]),
    ...required.map(titleOf),
    '[options]',
  ]
  const width = Math.max(...options.map((option) => titleOf(option).length))
  const lines = options.map((option) => {
    const [, { text, repeatable }] = option
    return `  ${titleOf(option).padEnd(width)}  ${text}${repeatable ? '; repeatable' : ''}`
  })
  const remarks = [
    ...(rest === undefined ? [] : [`All other arguments are ${rest}.`]),
    `The document: ${document}`,
    ...(notes === undefined ? [] : [notes]),
  ]
  return [
    `Usage: ${synopsis.join(' ')}\n`,
    `${summary}\n`,
    `${lines.join('\n')}\n`,
    `${remarks.join('\n')}\n`,
    'Progress goes to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage.\n',
  ].join('\n')
}

/** The options in the form that Node's `parseArgs` takes. */
function parsedOptions(command: Command) {
  const options = optionsOf(command).map(([name, { value, repeatable = false }]) => {
    const type = value === undefined ? ('boolean' as const) : ('string' as const)
    return [name, { type, multiple: repeatable }] as const
  })
  return Object.fromEntries(options)
}

/** Separates a command's own arguments from those it passes on. */
function splitArguments(command: Command, args: readonly string[]) {
  if (command.rest === undefined) return { own: args, rest: [] }
  const options = parsedOptions(command)
  const parsing = { args: [...args], options, strict: false, allowPositionals: true } as const
  const indexes = parseArgs({ ...parsing, tokens: true }).tokens.flatMap((token) => {
    if (token.kind !== 'option' || !Object.hasOwn(options, token.name)) return []
    return token.inlineValue === false ? [token.index, token.index + 1] : [token.index]
  })
  return {
    own: args.filter((_, index) => indexes.includes(index)),
    rest: args.filter((_, index) => !indexes.includes(index)),
  }
}

function parse(command: Command, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: parsedOptions(command),
    })
  } catch (error) {
    const [reason = ''] = (error as Error).message.split(/\. |\n/)
    throw usageError(command, reason.replace(/\.$/, ''))
  }
}

/**
 * Parses the arguments of a command.
 *
 * @returns undefined if help was requested
 * @throws UsageError saying in one sentence what is wrong
 */
export function readCommandLine<const C extends Command>(
  command: C,
  args: readonly string[],
): Given<C> | undefined {
  const { own, rest } = splitArguments(command, args)
  const { values, positionals } = parse(command, own)
  if (values['help'] === true) return undefined
  const { usage = '', min = 0, max = 0 } = command.positionals ?? {}
  if (positionals.length < min) throw usageError(command, `${usage} is missing`)
  if (positionals.length > max) {
    throw usageError(command, `'${positionals[max]}' is one argument too many`)
  }
  const options = Object.entries(command.options ?? {}).map((option) => {
    const [name, { value, required, repeatable }] = option
    const given = values[name]
    if (required && !given) throw usageError(command, `${titleOf(option)} is missing`)
    return [name, given ?? (repeatable ? [] : value === undefined ? false : undefined)] as const
  })
  return {
    options: Object.fromEntries(options) as ValuesOf<C>,
    positionals,
    rest,
    json: values['json'] === true,
  }
}

/**
 * Parses the number given for an option.
 *
 * @param isWhole whether it must be an integer
 * @throws UsageError if it is not a number, or out of bounds
 */
export function readNumber(
  command: Command,
  name: string,
  text: string,
  { min, max, isWhole = true }: { readonly min: number; readonly max: number; isWhole?: boolean },
): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max && (!isWhole || Number.isInteger(value))) return value
  const what = isWhole ? 'a whole number' : 'a number'
  throw usageError(command, `--${name} takes ${what} from ${min} to ${max}`)
}
