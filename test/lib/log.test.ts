import { afterEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '../../src/errors.ts'
import { createLog, type Log } from '../../src/lib/log.ts'

const written = vi.hoisted(() => ({ text: '' }))
vi.mock('pino', async (load) => {
  const real = await load<typeof import('pino')>()
  const stream = {
    write(line: string) {
      written.text += line
    },
  }
  return {
    ...real,
    pino: Object.assign((options: object) => real.pino(options, stream), real.pino),
  }
})

afterEach(() => {
  written.text = ''
})

/** What was logged, as text and as a value. */
function logged(write: (log: Log) => void) {
  write(createLog('info'))
  return { text: written.text, line: JSON.parse(written.text) }
}

describe('the log', () => {
  it('writes one line of JSON, with level and time in words', () => {
    const { line } = logged((log) => log.info({ operation: 'getUser' }, 'request'))
    expect(line).toEqual({
      level: 'info',
      operation: 'getUser',
      msg: 'request',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    })
  })

  it.each([
    'password',
    'current_password',
    'new_password',
    'authorization',
    'access_token',
    'refresh_token',
    'key',
    'secret',
    'name',
    'full_name',
    'email',
    'username',
    'account_number',
  ])('leaves out %s, three levels deep', (field) => {
    const { text } = logged((log) =>
      log.info({ [field]: 'PRIVATE', a: { [field]: 'PRIVATE', b: { [field]: 'PRIVATE' } } }),
    )
    expect(text).not.toContain('PRIVATE')
    expect(text.match(/\[redacted\]/g)).toHaveLength(3)
  })

  it('leaves them out of what its children, and theirs, are bound to', () => {
    const { text, line } = logged((log) => {
      const child = log.child({ email: 'PRIVATE', job: 7, user: { name: 'PRIVATE' } })
      child.child({ secret: 'PRIVATE' }).info({ key: 'PRIVATE' }, 'said')
    })
    expect(text).not.toContain('PRIVATE')
    expect(text.match(/\[redacted\]/g)).toHaveLength(4)
    expect(line).toMatchObject({ job: 7, msg: 'said' })
  })

  it('keeps of a foreign error its kind, code and place, never its text', () => {
    const cause = Object.assign(new RangeError('inner PRIVATE\nvalue'), { code: '22P02' })
    const err = new TypeError('Invalid value PRIVATE\n    at least PRIVATE', { cause })
    const { text, line } = logged((log) => log.error({ err }, 'failed'))
    expect(text).not.toMatch(/inner|Invalid|PRIVATE/)
    expect(line.err).toMatchObject({
      type: 'TypeError',
      cause: { type: 'RangeError', code: '22P02' },
    })
    expect(line.err.stack).toContain('log.test.ts')
  })

  it('keeps the public text of our own errors', () => {
    const err = new AppError(503, 'overloaded', 'Try again', { cause: new Error('PRIVATE') })
    const { text, line } = logged((log) => log.error({ err }))
    expect(line.err).toMatchObject({ message: 'Try again', code: 'overloaded' })
    expect(text).not.toContain('PRIVATE')
  })

  it('says of what is no error only what it is', () => {
    const { text } = logged((log) => log.error({ err: 'PRIVATE' }))
    expect(text).not.toContain('PRIVATE')
  })
})
