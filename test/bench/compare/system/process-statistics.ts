import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Where Linux tells of processes; elsewhere nothing is known of them. */
const PROC = '/proc'
const IS_KNOWN = existsSync(`${PROC}/self/stat`)
const MS_PER_TICK = IS_KNOWN
  ? 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  : Number.NaN

interface Stat {
  readonly parent: number
  /** Of its own and of its children that ended, in ticks. */
  readonly ticks: number
}

/** Reads a file of a process; undefined when the process has ended. */
function readOf(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`${PROC}/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}

/** Parses `/proc/PID/stat`. The name of a program may hold blanks and brackets. */
export function parseStat(text: string): Stat {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const ticks = fields.slice(11, 15).reduce((sum, each) => sum + each, 0)
  return { parent: fields[1] ?? 0, ticks }
}

function allStats(): ReadonlyMap<number, Stat> {
  const stats = new Map<number, Stat>()
  for (const name of IS_KNOWN ? readdirSync(PROC) : []) {
    const pid = Number(name)
    const text = Number.isInteger(pid) ? readOf(pid, 'stat') : undefined
    if (text !== undefined) stats.set(pid, parseStat(text))
  }
  return stats
}

function treeIn(stats: ReadonlyMap<number, Stat>, roots: readonly number[]): readonly number[] {
  const children = (pid: number) =>
    [...stats].flatMap(([child, { parent }]) => (parent === pid ? [child] : []))
  return roots.flatMap((root) => [root, ...treeIn(stats, children(root))])
}

/** Processes and all that they started. */
export const treeOf = (roots: readonly number[]): readonly number[] => treeIn(allStats(), roots)

/** The time that cores spent on processes and all that they started, in milliseconds; NaN where nobody knows. */
export function cpuMsOf(roots: readonly number[]): number {
  const stats = allStats()
  const ticks = treeIn(stats, roots).map((pid) => stats.get(pid)?.ticks ?? 0)
  return ticks.reduce((sum, each) => sum + each, 0) * MS_PER_TICK
}

/** The memory of a process, in MiB. */
export interface Memory {
  /** All that is in memory. */
  readonly rss: number
  /** The same, but what others use too is divided between them. */
  readonly pss: number
}

const mebibytes = (text: string, name: string) =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) / 1024

/** The memory of a process; undefined when it has ended. */
export function memoryOf(pid: number): Memory | undefined {
  const text = readOf(pid, 'smaps_rollup')
  return text === undefined
    ? undefined
    : { rss: mebibytes(text, 'Rss'), pss: mebibytes(text, 'Pss') }
}
