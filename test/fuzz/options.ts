import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { allOperations } from './operations.ts'

/** The most cases of one run, and the largest seed. */
const MAX_NUMBER = 2_147_483_647
const DEFAULT_CASES = 3_000

export const USAGE = `Usage: npm run fuzz -- [options]

Starts Passbook on a new data folder, sends it what the OpenAPI document allows and what it does not, alone
and in sequences, and judges every answer. What breaks a promise is printed with the smallest sequence of
requests that shows it, as curl lines.

  --seed N          the same seed gives the same cases; random when not given, and printed
  --cases N         how many cases (${DEFAULT_CASES})
  --case N          run the case of this number alone
  --only OPERATION  cases about one operation, by its operationId
  --parallel N      how many cases at a time (4)
  --busy            the machine has other work: what is answered with 503 is sent again, as Retry-After
                    asks, and answers may take four times as long
  --report FILE     write a report as JSON: numPassedTests, numFailedTests, seed, findings, …
  --json            print that report on standard output
  --help            print this

Exit codes: 0 nothing was found, 1 something was, 2 wrong usage.
`

/** A command line that is not understood; the message is one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What a run is asked for. */
export interface FuzzOptions {
  readonly seed: number
  readonly cases: number
  /** The number of the one case to run. */
  readonly single: number | undefined
  readonly only: string | undefined
  readonly parallel: number
  /** Whether other work on the machine may hold the service up. */
  readonly busy: boolean
  readonly report: string | undefined
  readonly json: boolean
}

function readArguments(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: text,
        cases: text,
        case: text,
        only: text,
        parallel: text,
        busy: flag,
        report: text,
        json: flag,
        help: flag,
      },
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] ?? 'wrong usage')
  }
}

function readNumber(name: string, text: string | undefined, min: number, max = MAX_NUMBER) {
  if (text === undefined) return undefined
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new UsageError(`--${name} has to be a whole number from ${min} to ${max}`)
}

/**
 * Reads the command line.
 *
 * @returns undefined when help is wanted
 * @throws UsageError in one sentence on what is not understood
 */
export function readOptions(args: readonly string[]): FuzzOptions | undefined {
  const given = readArguments(args)
  if (given.help) return undefined
  const { only, report, json, busy } = given
  if (only !== undefined && !allOperations.some(({ operationId }) => operationId === only)) {
    throw new UsageError(`The OpenAPI document has no operation ${only}`)
  }
  return {
    seed: readNumber('seed', given.seed, 0) ?? randomInt(MAX_NUMBER),
    cases: readNumber('cases', given.cases, 1) ?? DEFAULT_CASES,
    single: readNumber('case', given.case, 0),
    parallel: readNumber('parallel', given.parallel, 1, 64) ?? 4,
    ...{ only, report, json, busy },
  }
}
