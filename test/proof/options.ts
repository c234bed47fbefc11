import { type Command, type Given, readNumber, usageError } from '../../src/lib/command-line.ts'

export const proofCommand = {
  name: 'proof',
  summary: `Runs API processes and workers over a PostgreSQL and a Redis of its own, and kills them with SIGKILL at moments
of a plan, while transactions are written and webhooks go to a receiver that fails a third of the time. Afterwards
every event has to be there once, in order and delivered, and what follows from the ledger equal to a fresh computation.`,
  document: '{"numPassedTests", "numFailedTests", "seed", "claims", "findings", …}',
  options: {
    seed: { value: 'N', text: 'repeat a plan: writes, kills, failures; random when not given' },
    moments: { value: 'N', text: 'how often to kill, 1 to 200; 20 when not given' },
    transactions: {
      value: 'N',
      text: 'how many transactions to write, 20 for each moment to 100000; 2000 when not given',
    },
    processes: { value: 'N', text: 'how many processes of each kind, 1 to 4; 2 when not given' },
    report: { value: 'FILE', text: 'write the document to FILE too' },
    logs: { value: 'FOLDER', text: 'keep what the processes logged' },
  },
  notes: 'It needs redis-server. It fails when anything was found.',
} as const satisfies Command

/** What the command is asked for. */
export interface ProofOptions {
  readonly seed: number
  readonly moments: number
  readonly transactions: number
  readonly processes: number
  readonly report: string | undefined
  readonly logs: string | undefined
}

const MAX_SEED = 2 ** 32 - 1
const WRITES_PER_MOMENT = 20

/**
 * Reads the command line.
 *
 * @throws UsageError in one sentence on what is not understood
 */
export function readOptions({ options }: Given<typeof proofCommand>): ProofOptions {
  const { seed, moments = '20', transactions = '2000', processes = '2', report, logs } = options
  const count = readNumber(proofCommand, 'moments', moments, { min: 1, max: 200 })
  const written = readNumber(proofCommand, 'transactions', transactions, { min: 20, max: 100_000 })
  if (written < count * WRITES_PER_MOMENT) {
    throw usageError(
      proofCommand,
      `--transactions takes ${count * WRITES_PER_MOMENT} and more for ${count} moments`,
    )
  }
  return {
    seed:
      seed === undefined
        ? Math.floor(Math.random() * MAX_SEED)
        : readNumber(proofCommand, 'seed', seed, { min: 0, max: MAX_SEED }),
    moments: count,
    transactions: written,
    processes: readNumber(proofCommand, 'processes', processes, { min: 1, max: 4 }),
    report,
    logs,
  }
}
