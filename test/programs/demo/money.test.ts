import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StartupError } from '../../../src/errors.ts'
import {
  divideHalfEven,
  fromMinor,
  minorDigits,
  toMinor,
} from '../../../src/programs/demo/money.ts'

describe('amounts in minor units', () => {
  it.each([
    ['12.5', 2, 1250n],
    ['12.500', 2, 1250n],
    ['1250', 0, 1250n],
    ['1.250', 3, 1250n],
    ['9999999999999.99', 2, 999999999999999n],
  ])('reads %s with %i digits', (text, digits, minor) => {
    expect(toMinor(text, digits)).toBe(minor)
  })

  it.each([
    ['12.345', 2],
    ['1.5', 0],
    ['-1', 2],
    ['1e3', 2],
    ['1,000', 2],
    ['.5', 2],
    ['10000000000000', 2],
    ['', 2],
  ])('refuses %j with %i digits', (text, digits) => {
    expect(() => toMinor(text, digits)).toThrow(StartupError)
  })

  it('writes what it reads', () => {
    const amounts = fc.bigInt({ min: 0n, max: 10n ** 13n - 1n })
    fc.assert(
      fc.property(amounts, fc.integer({ min: 0, max: 4 }), (minor, digits) => {
        expect(toMinor(fromMinor(minor, digits), digits)).toBe(minor)
      }),
    )
  })

  it('writes negative amounts and amounts below one', () => {
    expect([fromMinor(-5n, 2), fromMinor(0n, 3), fromMinor(-1250n, 0)]).toEqual([
      '-0.05',
      '0.000',
      '-1250',
    ])
  })

  it.each([
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [10n, 4n, 2n],
    [11n, 4n, 3n],
    [10n, 3n, 3n],
    [0n, 7n, 0n],
  ])('divides %s by %s half to even', (total, count, quotient) => {
    expect(divideHalfEven(total, count)).toBe(quotient)
  })

  it('knows the currencies of ISO 4217', () => {
    expect(['USD', 'JPY', 'KWD'].map(minorDigits)).toEqual([2, 0, 3])
    expect(() => minorDigits('XQQ')).toThrow('The currency XQQ is not known.')
  })
})
