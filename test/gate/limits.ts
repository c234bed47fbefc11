import { readFile, writeFile } from 'node:fs/promises'
import type { Figures } from './measure.ts'

const FILE = new URL('limits.json', import.meta.url)
/** Other bytes of the heap, in percent: how much is allocated differs by 3 % from run to run. */
const TOLERANCE = 10
const NODE = process.versions.node.split('.', 1)[0] as string

/** What was measured when the limits were last changed. */
export interface Limits {
  /** The version of Node.js: another one allocates other amounts. */
  readonly node: string
  readonly operations: Readonly<Record<string, Figures>>
}

const MEANINGS: Readonly<Record<keyof Figures, string>> = {
  statements: 'statements of SQL for a request',
  round_trips: 'round trips to PostgreSQL for a request',
  statements_of_20: 'statements of SQL for a request of 20 at once',
  allocated_bytes: 'allocated bytes for a request',
  header_bytes: 'bytes of headers in the answer',
  body_bytes: 'bytes of body in the answer',
}

/** What a comparison found: sentences on what must not be, and on what may be noted. */
export interface Finding {
  readonly faults: readonly string[]
  readonly hints: readonly string[]
}

const UPDATE = 'npm run gate -- --update'

/** Compares an operation with its limits. What can be told exactly may not differ at all. */
export function compare(name: string, figures: Figures, { node, operations }: Limits): Finding {
  const limits = operations[name]
  const faults: string[] = []
  const hints: string[] = []
  if (limits === undefined) {
    return { faults: [`${name} has no limits yet: run \`${UPDATE}\`.`], hints }
  }
  for (const [key, meaning] of Object.entries(MEANINGS)) {
    const figure = figures[key as keyof Figures]
    const limit = limits[key as keyof Figures]
    const isAllocated = key === 'allocated_bytes'
    if (isAllocated && node !== NODE) continue
    const tolerance = isAllocated ? (limit * TOLERANCE) / 100 : 0
    const now = `${name}: ${figure} ${meaning}`
    if (figure > limit + tolerance) faults.push(`${now}; the limit is ${limit}.`)
    else if (figure < limit - tolerance) {
      const fell = `${now}, fewer than the limit of ${limit}: run \`${UPDATE}\`.`
      ;(isAllocated ? hints : faults).push(fell)
    }
  }
  return { faults, hints }
}

export const readLimits = async (): Promise<Limits> => JSON.parse(await readFile(FILE, 'utf8'))

/** Keeps figures as the new limits. */
export async function writeLimits(operations: Limits['operations']): Promise<void> {
  await writeFile(FILE, `${JSON.stringify({ node: NODE, operations }, undefined, 2)}\n`)
}
