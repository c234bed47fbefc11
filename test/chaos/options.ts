import { parseArgs } from 'node:util'
import { StartupError } from '../../src/errors.ts'

export const USAGE = `Usage: npm run chaos -- [options]

Runs two API processes and two workers over a PostgreSQL and a Redis of its own, on a database with history,
and kills, stops, cuts off and fills them while clients read and write. Afterwards every acknowledged write
has to be there once, nothing else, the figures have to equal the ledger, and no answer may have been wrong or late.

  --seed N         repeat a run: its faults and the choices of its clients; random when not given
  --minutes M      how long to go on, 0.5 to 120; 1 when not given
  --clients N      how many clients work side by side, 1 to 50; 6 when not given
  --only KIND      a kind of fault to use; repeatable; all kinds when not given
  --report FILE    write the result as JSON to FILE
  --logs FOLDER    keep what the processes logged
  --json           print the result as JSON on standard output
  --help           print this

It needs redis-server. The fault of a full disk needs root, to mount a small file system; it is left out elsewhere.
Progress goes to standard error. Exit code 0: nothing was found, 1: something was, 2: the options are wrong.
`

/** What the command is asked for. */
export interface ChaosOptions {
  readonly seed: number
  readonly minutes: number
  readonly clients: number
  /** Kinds of faults to use; empty: all. */
  readonly only: readonly string[]
  readonly report: string | undefined
  readonly logs: string | undefined
  readonly json: boolean
}

const MAX_SEED = 2 ** 32 - 1
const HELP = 'see `npm run chaos -- --help`'

function numberIn(name: string, text: string, least: number, most: number, whole: boolean): number {
  const value = Number(text)
  const fits = value >= least && value <= most && (!whole || Number.isInteger(value))
  if (text.trim() === '' || !fits) {
    const what = whole ? 'a whole number' : 'a number'
    throw new StartupError(`--${name} takes ${what} from ${least} to ${most}; ${HELP}.`)
  }
  return value
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string' },
        minutes: { type: 'string', default: '1' },
        clients: { type: 'string', default: '6' },
        only: { type: 'string', multiple: true, default: [] },
        report: { type: 'string' },
        logs: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    const [reason = ''] = (error as Error).message.split(/\. |\n/)
    throw new StartupError(`${reason.replace(/\.$/, '')}; ${HELP}.`)
  }
}

/**
 * Reads the command line.
 *
 * @param kinds the kinds of faults that there are
 * @returns undefined when help is wanted
 * @throws StartupError in one sentence on what is not understood
 */
export function readOptions(
  args: readonly string[],
  kinds: readonly string[],
): ChaosOptions | undefined {
  const { seed, minutes, clients, only, report, logs, json, help } = readArguments(args)
  if (help) return undefined
  const unknown = only.find((kind) => !kinds.includes(kind))
  if (unknown !== undefined) {
    throw new StartupError(`--only takes ${kinds.join(', ')}; ${HELP}.`)
  }
  return {
    seed:
      seed === undefined
        ? Math.floor(Math.random() * MAX_SEED)
        : numberIn('seed', seed, 0, MAX_SEED, true),
    minutes: numberIn('minutes', minutes, 0.5, 120, false),
    clients: numberIn('clients', clients, 1, 50, true),
    only,
    report,
    logs,
    json,
  }
}
