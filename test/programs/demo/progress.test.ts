import { describe, expect, it } from 'vitest'
import { formatRate, formatSeconds } from '../../../src/lib/terminal.ts'
import { startProgress } from '../../../src/programs/demo/progress.ts'

function report(isTTY: boolean): string {
  let text = ''
  const write = (more: string) => {
    text += more
  }
  const progress = startProgress({ isTTY, write }, 'Users', 1_000)
  for (let done = 0; done < 1_000; done++) progress.advance(1)
  progress.finish()
  return text
}

describe('the progress', () => {
  it('of quick work is one line of a log', () => {
    expect(report(false)).toMatch(/^Users 1,000 in [\d.]+ m?s \(.+\)\n$/)
  })

  it('is drawn over on a terminal', () => {
    expect(report(true)).toMatch(/^(\r[^\r\n]*)*\rUsers 1,000 in .+\n$/)
  })

  it('writes times and rates to be read', () => {
    expect([formatSeconds(0.0123), formatSeconds(12.34)]).toEqual(['12 ms', '12.3 s'])
    expect([formatRate(20_000, 4), formatRate(1, 0)]).toEqual(['5,000/s', '-'])
  })
})
