import { parseArgs } from 'node:util'
import type { TSchema } from 'typebox'
import { StartupError } from '../../errors.ts'
import type { ImportQuery } from '../../features/imports/query.ts'
import { operations } from '../../generated/operations.ts'
import { compileCheck } from '../../http/validation/validator.ts'

export const USAGE = `Usage: npm run import -- FILE.csv [options]

Loads a CSV file, or its gzip, of any size: as a dataset, as users or as transactions. All of it is loaded or
nothing. How it is written and what types its columns have is found out.

  --kind dataset|users|transactions   what its rows become; dataset when not given
  --name NAME             what it is called; as the file when not given
  --rejects FILE          where to write the rows that are refused, with the reason
  --as USERNAME           the account it is loaded for; the first admin when not given
  --dry-run               check and count everything, store nothing
  --max-errors N          fail when more rows are refused
  --on-error skip|abort   what a refused row does
  --types infer|text      text keeps every cell as it stands
  --ragged reject|pad     rows with too few or too many cells
  --if-exists fail|replace  a dataset of the same name
  --critical COLUMN       a column that a row must fill; repeatable
  --default COLUMN=VALUE  what stands in where a column is null; repeatable
  --primary-key COLUMN    a column of the primary key; repeatable
  --rename OLD=NEW        another name for a column; repeatable
  --null WORD             a cell that stands for nothing; repeatable
  --delimiter, --quote, --escape, --encoding, --line-end, --header, --preamble-lines, --footer-lines,
  --decimal, --thousands, --currency-signs
                          how the file is written, where that is not to be found out
  --help                  print this

Each option is as the parameter of POST /v1/imports with that name. Steps are logged in DATA_DIR/logs. The
database is that of DATABASE_URL or DATA_DIR.
`

/** What the command is asked for. */
export interface ImportCommand {
  readonly file: string
  readonly query: ImportQuery
  readonly rejects: string | undefined
  readonly username: string | undefined
}

const HELP = 'see `npm run import -- --help`'
const TEXTS = [
  ...['kind', 'name', 'max-errors', 'on-error', 'types', 'ragged', 'if-exists'],
  ...['delimiter', 'quote', 'escape', 'encoding', 'line-end', 'header'],
  ...['preamble-lines', 'footer-lines', 'decimal', 'thousands'],
]
const SWITCHES = ['dry-run', 'currency-signs']
const LISTS = ['null', 'critical', 'primary-key']
const PAIRS = ['default', 'rename']

const checkQuery = compileCheck(operations.createImport.schema.querystring as TSchema, 'query')

const of = <T>(names: readonly string[], option: T) =>
  Object.fromEntries(names.map((name) => [name, option]))

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...of(TEXTS, { type: 'string' as const }),
        ...of([...LISTS, ...PAIRS], { type: 'string' as const, multiple: true }),
        ...of([...SWITCHES, 'help'], { type: 'boolean' as const }),
        ...of(['rejects', 'as'], { type: 'string' as const }),
      },
    })
  } catch (error) {
    const [reason = ''] = (error as Error).message.split(/\. |\n/)
    throw new StartupError(`${reason.replace(/\.$/, '')}; ${HELP}.`)
  }
}

/** `COLUMN=VALUE` as a parameter `default[COLUMN]=VALUE`. */
function pair(name: string, text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new StartupError(`--${name} takes COLUMN=VALUE; ${HELP}.`)
  return [`${name}[${text.slice(0, at)}]`, text.slice(at + 1)]
}

/** The options as the parameters of a request. */
function toParameters(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known = [...TEXTS, ...SWITCHES, ...LISTS].filter((name) => values[name] !== undefined)
  const plain = known.map((name): [string, unknown] => {
    const value = values[name]
    return [name.replaceAll('-', '_'), typeof value === 'boolean' ? String(value) : value]
  })
  const pairs = PAIRS.flatMap((name) =>
    ((values[name] ?? []) as string[]).map((text) => pair(name, text)),
  )
  return { kind: 'dataset', ...Object.fromEntries([...plain, ...pairs]) }
}

/**
 * Reads the command line.
 *
 * @returns undefined when help is wanted
 * @throws StartupError in one sentence on what is not understood
 */
export function readOptions(args: readonly string[]): ImportCommand | undefined {
  const { values, positionals } = readArguments(args)
  if (values['help'] === true) return undefined
  const [file, ...more] = positionals
  if (file === undefined) throw new StartupError(`FILE.csv is missing; ${HELP}.`)
  if (more.length > 0) throw new StartupError(`There is one FILE.csv a run; ${HELP}.`)
  const checked = checkQuery(toParameters(values))
  if ('errors' in checked) {
    const [{ path, message } = { path: '', message: '' }] = checked.errors
    // A member of an object is told by the object.
    const option = path.replace(/\[.*/s, '').replaceAll('_', '-')
    throw new StartupError(`--${option} ${message}; ${HELP}.`)
  }
  return {
    file,
    query: checked.value as ImportQuery,
    rejects: values['rejects'] as string | undefined,
    username: values['as'] as string | undefined,
  }
}
