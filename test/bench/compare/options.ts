import { type Command, type Given, readNumber, usageError } from '../../../src/lib/command-line.ts'
import { TARGETS, type TargetName } from './targets/target.ts'
import { WORKS, type Work } from './works.ts'

/** What is measured of Passbook alone. */
export const PARTS = ['figures', 'growth', 'start', 'memory'] as const
export type Part = (typeof PARTS)[number]

export const benchCommand = {
  name: 'bench',
  summary: `Measures Passbook beside what a team would write in a week and beside the limits of the machine, in turns, on one
PostgreSQL and one Redis of its own, and prints tables in Markdown.`,
  document: '{"numFailedTests": requests that failed, "versions", "passes", "tables"}',
  options: {
    only: {
      value: 'LIST',
      text: `what to measure, of ${[...WORKS, ...PARTS].join(',')}; all of it when not given`,
    },
    rounds: { value: 'N', text: 'how often each target has its turn; 5 when not given' },
    seconds: { value: 'N', text: 'how long a turn is; 4 when not given' },
    connections: { value: 'LIST', text: 'connections at once; 32,256 when not given' },
    targets: { value: 'LIST', text: `of ${TARGETS.join(',')}; all of them when not given` },
    processes: { value: 'N', text: 'processes of each target that answer; 2 when not given' },
    report: { value: 'FILE', text: 'write the document to FILE too' },
  },
  notes: `It needs redis-server. With wrk the load costs least, and pgbench tells the limit of one insert (Debian: redis-server, wrk,
postgresql-contrib). The peers' packages are installed the first time. It fails when any request failed.`,
} as const satisfies Command

/** What the command is asked for. */
export interface BenchOptions {
  readonly works: readonly Work[]
  readonly parts: readonly Part[]
  readonly targets: readonly TargetName[]
  readonly connections: readonly number[]
  readonly rounds: number
  readonly seconds: number
  readonly processes: number
  readonly report: string | undefined
}

function readList<N extends string>(name: string, text: string | undefined, known: readonly N[]) {
  if (text === undefined) return known
  const names = text.split(',')
  const unknown = names.find((each) => !known.some((one) => one === each))
  if (unknown !== undefined) {
    throw usageError(benchCommand, `--${name} takes ${known.join(', ')}, but not '${unknown}'`)
  }
  return known.filter((each) => names.includes(each))
}

/**
 * Reads the command line.
 *
 * @throws UsageError in one sentence on what is not understood
 */
export function readOptions({ options }: Given<typeof benchCommand>): BenchOptions {
  const { rounds = '5', seconds = '4', connections = '32,256', processes = '2' } = options
  const chosen = readList('only', options.only, [...WORKS, ...PARTS])
  const number = (name: string, text: string, max: number) =>
    readNumber(benchCommand, name, text, { min: 1, max })
  return {
    works: WORKS.filter((work) => chosen.includes(work)),
    parts: PARTS.filter((part) => chosen.includes(part)),
    targets: readList('targets', options.targets, TARGETS),
    connections: connections.split(',').map((text) => number('connections', text, 1_000)),
    rounds: number('rounds', rounds, 100),
    seconds: number('seconds', seconds, 600),
    processes: number('processes', processes, 64),
    report: options.report,
  }
}
