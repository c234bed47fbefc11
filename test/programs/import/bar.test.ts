import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { describe as describeReading, showProgress } from '../../../src/programs/import/bar.ts'

const screen = (isTTY: boolean) => {
  const written: string[] = []
  return { isTTY, written, write: (text: string) => written.push(text) }
}

describe('the progress of an import', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('says how much is read, how fast, and how long it may take', () => {
    const reading = { bytes: 25, rows: 1_500, rejected: 2 }
    expect(describeReading(reading, 100, 3)).toBe(
      '[#######.......................]  25 % 1,500 rows, 500/s, 2 refused, 9.0 s left',
    )
  })

  it('knows nothing of the time before anything is read', () => {
    expect(describeReading({ bytes: 0, rows: 0, rejected: 0 }, 100, 0)).toBe(
      '[..............................]   0 % 0 rows, -',
    )
  })

  it('draws over a bar on a terminal, and takes it away in the end', () => {
    const terminal = screen(true)
    let bytes = 0
    const end = showProgress(terminal, 100, () =>
      bytes > 0 ? { bytes, rows: bytes, rejected: 0 } : undefined,
    )
    vi.advanceTimersByTime(100)
    expect(terminal.written).toEqual([])
    bytes = 50
    vi.advanceTimersByTime(200)
    expect(terminal.written).toHaveLength(2)
    expect(terminal.written[1]).toContain('\r[###############...............]')
    end()
    vi.advanceTimersByTime(500)
    expect(terminal.written.slice(2)).toEqual(['\r\u001b[K'])
  })

  it('writes a line every two seconds elsewhere', () => {
    const file = screen(false)
    const end = showProgress(file, 100, () => ({ bytes: 100, rows: 7, rejected: 0 }))
    vi.advanceTimersByTime(4_000)
    end()
    expect(file.written).toHaveLength(2)
    expect(file.written[0]).toMatch(/^\[#{30}\] +100 % 7 rows.*\n$/)
  })
})
