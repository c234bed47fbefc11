import { describe, expect, it } from 'vitest'
import { redact } from '../../../src/lib/logging/redact.ts'

const HIDDEN = ['name', 'full_name', 'email', 'username', 'account_number', 'password']
HIDDEN.push('current_password', 'new_password', 'authorization', 'cookie', 'access_token')
HIDDEN.push('refresh_token', 'key', 'secret')
const CENSOR = '[redacted]'

describe('redact', () => {
  it.each(HIDDEN)('hides %s down to the third level, whatever it holds', (name) => {
    for (const value of ['PRIVATE', 7, null, { inner: 'PRIVATE' }, ['PRIVATE']]) {
      const fields = { [name]: value, a: { [name]: value, b: { [name]: value } } }
      expect(redact(fields)).toEqual({
        [name]: CENSOR,
        a: { [name]: CENSOR, b: { [name]: CENSOR } },
      })
    }
  })

  it('hides what is in arrays', () => {
    const fields = { users: [{ id: 1, email: 'PRIVATE' }, { id: 2 }] }
    const text = JSON.stringify(redact(fields))
    expect(text).not.toContain('PRIVATE')
    expect(JSON.parse(text).users).toMatchObject({ 0: { id: 1, email: CENSOR }, 1: { id: 2 } })
  })

  it('leaves the fields that it is given as they were', () => {
    const fields = { email: 'PRIVATE', a: { name: 'PRIVATE', kept: {} } }
    const before = structuredClone(fields)
    redact(fields)
    expect(fields).toEqual(before)
  })

  it('copies nothing where nothing is hidden, and else only the way to it', () => {
    const plain = { id: 1, a: { b: { c: [1, 2] } }, none: undefined, at: null }
    expect(redact(plain)).toBe(plain)
    const fields = { plain, private: { email: 'PRIVATE' } }
    expect(redact(fields)['plain']).toBe(plain)
  })

  it('leaves errors to their serializer', () => {
    const err = Object.assign(new Error('failed'), { name: 'PrivateError', key: 'value' })
    const fields = { err, a: { err } }
    expect(redact(fields)).toBe(fields)
    expect(err).toMatchObject({ name: 'PrivateError', key: 'value' })
  })
})
