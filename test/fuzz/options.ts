import { randomInt } from 'node:crypto'
import { type Command, type Given, readNumber, usageError } from '../../src/lib/command-line.ts'
import { allOperations } from './operations.ts'

/** The most cases of one run, and the largest seed. */
const MAX_NUMBER = 2_147_483_647
const DEFAULT_CASES = 3_000

export const fuzzCommand = {
  name: 'fuzz',
  summary: `Starts Passbook on a new data folder, sends it what the OpenAPI document allows and what it does not, alone
and in sequences, and judges every answer. What breaks a promise is printed with the smallest sequence of
requests that shows it, as curl lines.`,
  document: '{"numPassedTests", "numFailedTests", "seed", "findings", …}',
  options: {
    seed: {
      value: 'N',
      text: 'the same seed gives the same cases; random when not given, and printed',
    },
    cases: { value: 'N', text: `how many cases (${DEFAULT_CASES})` },
    case: { value: 'N', text: 'run the case of this number alone' },
    only: { value: 'OPERATION', text: 'cases about one operation, by its operationId' },
    parallel: { value: 'N', text: 'how many cases at a time (4)' },
    busy: {
      text: 'the machine has other work: a 503 is sent again, and answers may take four times as long',
    },
    report: { value: 'FILE', text: 'write the document to FILE too' },
  },
  notes: 'It fails when anything was found.',
} as const satisfies Command

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
}

/** @throws UsageError in one sentence on what is not understood */
export function readOptions({ options }: Given<typeof fuzzCommand>): FuzzOptions {
  const { only, report, busy } = options
  if (only !== undefined && !allOperations.some(({ operationId }) => operationId === only)) {
    throw usageError(fuzzCommand, `The OpenAPI document has no operation ${only}`)
  }
  const numberOf = (
    name: 'seed' | 'cases' | 'case' | 'parallel',
    min: number,
    max = MAX_NUMBER,
  ) => {
    const text = options[name]
    return text === undefined ? undefined : readNumber(fuzzCommand, name, text, { min, max })
  }
  return {
    seed: numberOf('seed', 0) ?? randomInt(MAX_NUMBER),
    cases: numberOf('cases', 1) ?? DEFAULT_CASES,
    single: numberOf('case', 0),
    parallel: numberOf('parallel', 1, 64) ?? 4,
    only,
    report,
    busy,
  }
}
