import type { Pass } from './rounds.ts'
import type { TargetName } from './targets/target.ts'
import { BULK, type Work } from './works.ts'

export const median = (values: readonly number[]): number => percentile(values, 0.5)

/** @param share from 0 to 1 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN
}

/** What is compared in one line. */
interface Group {
  readonly work: Work
  readonly connections: number
  readonly of: (target: TargetName) => readonly Pass[]
}

const perSecond = ({ work, requests, seconds }: Pass) =>
  (requests / seconds) * (work === 'bulk' ? BULK : 1)

const whole = (value: number) => Math.round(value).toLocaleString('en')
/** Enough digits to tell two apart. */
function short(value: number): string {
  if (!Number.isFinite(value) || value === 0) return ''
  return value >= 100 ? whole(value) : value.toPrecision(2)
}
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
/** A table in Markdown. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')

function groupsOf(passes: readonly Pass[]): readonly Group[] {
  const keys = [...new Set(passes.map(({ work, connections }) => `${work} ${connections}`))]
  return keys.map((key) => {
    const mine = passes.filter(({ work, connections }) => `${work} ${connections}` === key)
    const { work, connections } = mine[0] as Pass
    return { work, connections, of: (target) => mine.filter((pass) => pass.target === target) }
  })
}

/** The median of what one is to another in each round: what slows a round down slows both. */
function ratioOf(mine: readonly Pass[], theirs: readonly Pass[], value: (pass: Pass) => number) {
  const ratios = mine.flatMap((pass) => {
    const other = theirs.find(({ round }) => round === pass.round)
    const ratio = other ? value(pass) / value(other) : Number.NaN
    return Number.isFinite(ratio) ? [ratio] : []
  })
  if (ratios.length === 0) return ''
  const ratio = median(ratios)
  return ratio.toFixed(ratio < 0.1 ? 3 : 2)
}

/** Passbook to each other target. */
export function ratioTable(passes: readonly Pass[], targets: readonly TargetName[]): string {
  const others = targets.filter((name) => name !== 'passbook')
  const rows = groupsOf(passes).map(({ work, connections, of }) => {
    const mine = of('passbook')
    return [
      work,
      String(connections),
      ...others.map((other) => ratioOf(mine, of(other), perSecond)),
      ...others
        .filter((other) => other !== 'limit')
        .map((other) => ratioOf(mine, of(other), ({ p99 }) => p99)),
    ]
  })
  const head = [
    'work',
    'connections',
    ...others.map((other) => (other === 'limit' ? 'of the limit' : `to ${other}`)),
    ...others.filter((other) => other !== 'limit').map((other) => `p99 to ${other}`),
  ]
  return table(head, rows)
}

/** The medians of each target. */
export function figuresTable(passes: readonly Pass[], targets: readonly TargetName[]): string {
  const rows = groupsOf(passes).flatMap(({ work, connections, of }) =>
    targets.flatMap((target) => {
      const turns = of(target)
      if (turns.length === 0) return []
      const rates = turns.map(perSecond)
      const middle = (value: (pass: Pass) => number) => short(median(turns.map(value)))
      const cells = [
        work,
        String(connections),
        target,
        `${whole(median(rates))} (${whole(Math.min(...rates))} to ${whole(Math.max(...rates))})`,
        middle(({ p50 }) => p50),
        middle(({ p99 }) => p99),
        middle(({ cpu }) => cpu.own),
        middle(({ cpu }) => cpu.worker),
        middle(({ cpu }) => cpu.postgres),
        middle(({ cpu }) => cpu.redis),
        String(turns.reduce((sum, { failed }) => sum + failed, 0)),
      ]
      return [cells]
    }),
  )
  const cpu = ['CPU ms', 'worker', 'PostgreSQL', 'Redis']
  return table(
    ['work', 'connections', 'target', 'a second', 'p50 ms', 'p99 ms', ...cpu, 'failed'],
    rows,
  )
}
