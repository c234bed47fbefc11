import { describe, expect, it } from 'vitest'
import { hashPassword, verifyPassword } from '../../src/lib/passwords/passwords.ts'

describe('passwords', () => {
  it('match their own hash alone, whose salt is new each time', async () => {
    const [first, second] = await Promise.all([
      hashPassword('right one'),
      hashPassword('right one'),
    ])
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(second).not.toBe(first)
    expect(await verifyPassword(first, 'right one')).toBe(true)
    expect(await verifyPassword(first, 'Right one')).toBe(false)
    expect(await verifyPassword(first, 'right one ')).toBe(false)
  })

  it('match nothing where there is no hash, not even the decoy', async () => {
    expect(await verifyPassword(null, 'a decoy that no password matches')).toBe(false)
  })
})
