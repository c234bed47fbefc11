import { type Command, type Given, readNumber, usageError } from '../../src/lib/command-line.ts'

export const chaosCommand = {
  name: 'chaos',
  summary: `Runs two API processes and two workers over a PostgreSQL and a Redis of its own, on a database with history,
and kills, stops, cuts off and fills them while clients read and write. Afterwards every acknowledged write
has to be there once, nothing else, the figures have to equal the ledger, and no answer may have been wrong or late.`,
  document: '{"numPassedTests", "numFailedTests", "seed", "findings", …}',
  options: {
    seed: {
      value: 'N',
      text: 'repeat a run: its faults and the choices of its clients; random when not given',
    },
    minutes: { value: 'M', text: 'how long to go on, 0.5 to 120; 1 when not given' },
    clients: { value: 'N', text: 'how many clients work side by side, 1 to 50; 6 when not given' },
    only: {
      value: 'KIND',
      text: 'a kind of fault to use; all kinds when not given',
      repeatable: true,
    },
    report: { value: 'FILE', text: 'write the document to FILE too' },
    logs: { value: 'FOLDER', text: 'keep what the processes logged' },
  },
  notes: `It needs redis-server. The fault of a full disk needs root, to mount a small file system; it is left out elsewhere.
It fails when anything was found.`,
} as const satisfies Command

/** What the command is asked for. */
export interface ChaosOptions {
  readonly seed: number
  readonly minutes: number
  readonly clients: number
  /** Kinds of faults to use; empty: all. */
  readonly only: readonly string[]
  readonly report: string | undefined
  readonly logs: string | undefined
}

const MAX_SEED = 2 ** 32 - 1

/**
 * Reads the command line.
 *
 * @param kinds the kinds of faults that there are
 * @throws UsageError in one sentence on what is not understood
 */
export function readOptions(
  { options }: Given<typeof chaosCommand>,
  kinds: readonly string[],
): ChaosOptions {
  const { seed, minutes = '1', clients = '6', only, report, logs } = options
  if (only.some((kind) => !kinds.includes(kind))) {
    throw usageError(chaosCommand, `--only takes ${kinds.join(', ')}`)
  }
  return {
    seed:
      seed === undefined
        ? Math.floor(Math.random() * MAX_SEED)
        : readNumber(chaosCommand, 'seed', seed, { min: 0, max: MAX_SEED }),
    minutes: readNumber(chaosCommand, 'minutes', minutes, { min: 0.5, max: 120, isWhole: false }),
    clients: readNumber(chaosCommand, 'clients', clients, { min: 1, max: 50 }),
    only,
    report,
    logs,
  }
}
