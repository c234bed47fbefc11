import type { Finding } from './findings.ts'
import type { Statistics } from './statistics.ts'

/** What a run has to show, and the findings that speak against it. Other findings speak against the last. */
const CLAIMS: Readonly<Record<string, readonly string[]>> = {
  'every acknowledged write is there, once': [
    'lost write',
    'write done twice',
    'write done in part',
    'record with wrong content',
    'import that failed',
    'report that failed',
    'work that did not end',
  ],
  'nothing else is there': [
    'record that nobody sent',
    'account that nobody made',
    'rows of deleted users',
    'history that changed',
    'two current records',
    'wrong count of users',
  ],
  'figures equal the ledger': [
    'daily figures that are not the ledger’s',
    'monthly figures that are not the ledger’s',
    'figures of users that are not the ledger’s',
    'changes without figures',
  ],
  'no answer hung': ['no answer in time'],
  'errors are as declared': [
    'answer that is our fault',
    'error that is no problem+json',
    '503 of no declared code',
    '503 without Retry-After',
    'connection that broke for no reason',
  ],
  'all is well again soon after a fault': ['figures that stay behind', 'not ready again'],
  'no process ended by itself, and each ends when told to': [
    'process that ended or did not end',
    'fatal line in a log',
    'fault of ours in a log',
  ],
  'no log holds personal data': ['personal data in a log'],
  'no answer was wrong': [],
}
const OTHERWISE = 'no answer was wrong'

export interface Result {
  readonly seed: number
  readonly minutes: number
  /** How many claims hold, and how many do not: named as the reports of Vitest. */
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly claims: Readonly<Record<string, boolean>>
  readonly findings: readonly Finding[]
  readonly faults: Readonly<Record<string, number>>
  readonly records: number
  readonly statistics: Omit<Statistics, 'unavailable'> & {
    readonly unavailable: Readonly<Record<string, number>>
  }
}

export interface Run {
  readonly seed: number
  readonly minutes: number
  readonly findings: readonly Finding[]
  readonly statistics: Statistics
  /** How often each kind of fault was done. */
  readonly faults: Readonly<Record<string, number>>
  /** How many records were compared with the model in the end. */
  readonly records: number
}

/** What a run has shown. */
export function resultOf({ findings, statistics, ...run }: Run): Result {
  const claimOf = (kind: string) =>
    Object.entries(CLAIMS).find(([, kinds]) => kinds.includes(kind))?.[0] ?? OTHERWISE
  const broken = new Set(findings.map(({ kind }) => claimOf(kind)))
  const names = Object.keys(CLAIMS)
  return {
    ...run,
    numPassedTests: names.length - broken.size,
    numFailedTests: broken.size,
    claims: Object.fromEntries(names.map((name) => [name, !broken.has(name)])),
    findings,
    statistics: { ...statistics, unavailable: Object.fromEntries(statistics.unavailable) },
  }
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`

/** The result as text, findings first. */
export function describeResult(result: Result): string {
  const { seed, minutes, claims, findings, faults, statistics, records } = result
  const found = findings.flatMap(({ kind, count, examples }) => [
    `  ${kind} (${count} times)`,
    ...examples.map((example) => `    ${example}`),
  ])
  const { unavailable } = statistics
  const codes = Object.entries(unavailable).map(([code, count]) => `${code} ${count}`)
  const rows: readonly (readonly [string, string | number])[] = [
    ['requests', statistics.requests],
    ['writes acknowledged', statistics.acknowledged],
    ['writes refused', statistics.refused],
    ['writes of unknown outcome', statistics.unknown],
    ['reads', `${statistics.reads}, ${statistics.compared} compared with the model`],
    ['503 by code', codes.join(', ') || 'none'],
    ['connections that broke', statistics.broken],
    ['no process reachable', statistics.unsent],
    ['slowest answer', `${seconds(statistics.slowest)}, ${statistics.slowestPath.path}`],
    ['longest until figures current', seconds(statistics.currentAfter)],
    ['longest until ready', seconds(statistics.readyAfter)],
    ['records compared in the end', records],
    ['faults', Object.values(faults).reduce((sum, count) => sum + count, 0)],
  ]
  return [
    findings.length > 0 ? `FINDINGS of seed ${seed}:` : `Nothing was found, seed ${seed}.`,
    ...found,
    '',
    ...Object.entries(claims).map(([claim, holds]) => `  ${holds ? 'yes' : 'NO '}  ${claim}`),
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(30)} ${value}`),
    '',
    `Again with: npm run chaos -- --seed ${seed} --minutes ${minutes}`,
    '',
  ].join('\n')
}
