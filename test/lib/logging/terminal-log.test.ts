import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createTerminalLog } from '../../../src/lib/logging/terminal-log.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function openTerminal() {
  const lines: string[] = []
  const log = createTerminalLog({
    paint: (_style, text) => text,
    columns: () => 80,
    show: (text) => void lines.push(text.slice('10:15:07  '.length).replace(/ +/g, ' ').trim()),
  })
  const write = (fields: object) =>
    log.write(JSON.stringify({ level: 'info', time: '2026-01-31T10:15:07.123', ...fields }))
  const request = (operation: string, ms: number, status = 200) =>
    write({ msg: 'request', method: 'GET', operation, status, ms, request_id: 'ab' })
  return { lines, log, write, request }
}

it('shows the first request of a kind at once, and each second how many followed', () => {
  const { lines, request } = openTerminal()
  for (const ms of [4, 30, 9]) request('getUser', ms)
  request('getUser', 5, 404)
  expect(lines).toEqual(['200 GET getUser 4 ms', '404 GET getUser 5 ms request ab'])
  vi.advanceTimersByTime(1_000)
  expect(lines.slice(2)).toEqual(['200 GET getUser 2 more, up to 30 ms'])
  request('getUser', 7)
  vi.advanceTimersByTime(1_000)
  expect(lines.slice(3)).toEqual(['200 GET getUser 1 more, up to 7 ms'])
})

it('shows a request at once again after a quiet second', () => {
  const { lines, request } = openTerminal()
  request('getUser', 4)
  vi.advanceTimersByTime(1_000)
  request('getUser', 6)
  expect(lines).toEqual(['200 GET getUser 4 ms', '200 GET getUser 6 ms'])
})

it('counts other lines alike, but shows each warning', () => {
  const { lines, write } = openTerminal()
  for (const account_id of [1, 2, 3]) write({ msg: 'mail', account_id })
  for (const reason of ['a', 'b']) write({ level: 'warn', msg: 'refusing requests', reason })
  vi.advanceTimersByTime(1_000)
  expect(lines).toEqual([
    'mail account_id=1',
    'WARN refusing requests reason=a',
    'WARN refusing requests reason=b',
    'mail 2 more',
  ])
})

it('shows at the end what it still counts, and leaves no timer', () => {
  const { lines, log, request } = openTerminal()
  for (const ms of [4, 5]) request('getUser', ms)
  log.end()
  expect(lines).toEqual(['200 GET getUser 4 ms', '200 GET getUser 1 more, up to 5 ms'])
  expect(vi.getTimerCount()).toBe(0)
})

it('leaves out what the line of a request says already, and nothing else', () => {
  const { lines, write } = openTerminal()
  write({ msg: 'transaction_created', transaction_id: 1, request_id: 'ab' })
  write({ msg: 'user_created', count: 2, source: 'import' })
  write({ level: 'warn', msg: 'Redis does not answer' })
  expect(lines).toEqual(['user_created count=2 source=import', 'WARN Redis does not answer'])
})
