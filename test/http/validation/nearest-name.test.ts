import { describe, expect, it } from 'vitest'
import { createGuess, nearestName } from '../../../src/http/validation/nearest-name.ts'

const FIELDS = ['user_id', 'transaction_date', 'transaction_amount', 'transaction_type', 'title']

describe('nearestName', () => {
  it.each([
    ['transactionType', 'transaction_type'],
    ['transaction_tpye', 'transaction_type'],
    ['transaction-date', 'transaction_date'],
    ['titel', 'title'],
    ['userid', 'user_id'],
    ['USER_ID', 'user_id'],
    ['amount', 'transaction_amount'],
    ['type', 'transaction_type'],
  ])('corrects %s to %s', (name, meant) => {
    expect(nearestName(name, FIELDS)).toBe(meant)
  })

  it.each(['', 'a', 'id2', 'colour', '__proto__', 'transaction', 'x'.repeat(41)])(
    'finds nothing near %j',
    (name) => {
      expect(nearestName(name, FIELDS)).toBeUndefined()
    },
  )

  it('does not choose between names that end alike', () => {
    expect(nearestName('date', ['start_date', 'end_date'])).toBeUndefined()
  })

  it('takes little time, however many names there are', () => {
    const known = Array.from({ length: 100_000 }, (_, index) => `${'x'.repeat(30)}${index}`)
    const start = performance.now()
    nearestName('y'.repeat(34), known)
    expect(performance.now() - start).toBeLessThan(50)
  })
})

it('guesses only for the first few names', () => {
  const guess = createGuess()
  const guesses = Array.from({ length: 7 }, () => guess('titel', FIELDS))
  expect(guesses[0]).toBe('; did you mean title?')
  expect(guesses.filter((text) => text !== '')).toHaveLength(5)
})
