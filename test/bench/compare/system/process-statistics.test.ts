import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cpuMsOf, memoryOf, parseStat, treeOf } from './process-statistics.ts'

const STAT =
  '42 (a (strange) name) S 7 42 42 0 -1 4194560 100 0 0 0 10 20 3 4 20 0 1 0 100 1000 10 0'

describe('what Linux tells of processes', () => {
  it('reads parent and time behind a name with brackets and blanks', () => {
    expect(parseStat(STAT)).toEqual({ parent: 7, ticks: 37 })
  })

  it.runIf(existsSync('/proc/self/smaps_rollup'))('knows this process', () => {
    expect(treeOf([process.ppid])).toContain(process.pid)
    expect(cpuMsOf([process.pid])).toBeGreaterThan(0)
    expect(memoryOf(process.pid)?.rss).toBeGreaterThan(10)
  })
})
