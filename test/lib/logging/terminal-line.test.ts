import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createPaint, type Paint } from '../../../src/lib/logging/paint.ts'
import { otherLine, requestLine } from '../../../src/lib/logging/terminal-line.ts'

const plain: Paint = (_style, text) => text
const coloured = createPaint({ isTTY: true, hasColors: () => true }, {})
const BASE = { level: 'info', time: '2026-01-31T10:15:07.123' }
const REQUEST = {
  ...BASE,
  msg: 'request',
  method: 'POST',
  operation: 'createTransaction',
  status: 201,
  ms: 12,
  address: '127.0.0.1',
  request_id: 'ff5aa092-9089-46d0-a551-000000000000',
}

describe('a request on a terminal', () => {
  it('is one line of time, status, method, operation, milliseconds and account', () => {
    expect(requestLine({ ...REQUEST, account_id: 7 }, 0, 80, plain)).toBe(
      '10:15:07  201  POST   createTransaction            12 ms  account 7\n',
    )
  })

  it('names itself when it failed, without the address it came from', () => {
    const line = requestLine({ ...REQUEST, operation: 'none', status: 404 }, 0, 80, plain)
    expect(line).toBe(
      '10:15:07  404  POST   -                            12 ms  request ff5aa092\n',
    )
  })

  it('may stand for more of its kind', () => {
    expect(requestLine({ ...REQUEST, ms: 1_234 }, 41, 80, plain)).toBe(
      '10:15:07  201  POST   createTransaction           41 more, up to 1.2 s\n',
    )
  })

  it('ends where a narrow terminal does, coloured or not', () => {
    for (const paint of [plain, coloured]) {
      const line = stripVTControlCharacters(requestLine(REQUEST, 0, 30, paint))
      expect(line).toBe('10:15:07  201  POST   createTr\n')
    }
  })

  it('has the colour of its status', () => {
    const colours = [200, 304, 404, 500].map((status) => {
      const line = requestLine({ ...REQUEST, status }, 0, 80, coloured)
      return line.split(`${status}`)[0]?.slice(-3)
    })
    expect(colours).toEqual(['32m', '36m', '33m', '31m'])
  })
})

describe('another line on a terminal', () => {
  it('has its plain fields and how long it took', () => {
    const line = { ...BASE, msg: 'migrated the database', ms: 2_345, migrations: 24, ids: [1] }
    expect(otherLine(line, 80, plain)).toBe(
      '10:15:07  migrated the database  migrations=24  2.3 s\n',
    )
  })

  it('has the error, its causes and their places below it', () => {
    const cause = { type: 'RangeError', code: '22P02', stack: '    at inner (b.ts:2:2)' }
    const err = { type: 'StartupError', message: 'It went wrong', stack: '    at outer', cause }
    expect(otherLine({ ...BASE, level: 'error', msg: 'job failed', err }, 80, plain)).toBe(
      [
        '10:15:07  ERROR job failed',
        '  StartupError It went wrong',
        '      at outer',
        '  RangeError 22P02',
        '      at inner (b.ts:2:2)',
        '',
      ].join('\n'),
    )
  })

  it('moves no cursor, whatever is logged', () => {
    const line = otherLine({ ...BASE, msg: 'odd\u001b[2J\r\nnext', reason: 'a\u009bb' }, 80, plain)
    expect(line).toBe('10:15:07  odd [2J next  reason=a b\n')
  })
})

describe('colours', () => {
  const isPainted = (output: object, env: NodeJS.ProcessEnv) =>
    createPaint(output, env)('red', 'x') !== 'x'

  it('are for terminals that show them, and where they are forced', () => {
    const terminal = { isTTY: true, hasColors: () => true }
    expect(isPainted(terminal, {})).toBe(true)
    expect(isPainted({ isTTY: true, hasColors: () => false }, {})).toBe(false)
    expect(isPainted({}, {})).toBe(false)
    expect(isPainted({}, { FORCE_COLOR: '1' })).toBe(true)
    expect(isPainted({}, { FORCE_COLOR: '0' })).toBe(false)
  })
})
