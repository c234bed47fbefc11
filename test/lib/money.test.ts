import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inBody, StartupError } from '../../src/errors.ts'
import { minorDigits, replacementOf } from '../../src/lib/currencies.ts'
import {
  averageMoney,
  checkAmount,
  formatMoney,
  formatStored,
  money,
  requireCurrency,
} from '../../src/lib/money.ts'

const DIGITS = { JPY: 0, USD: 2, KWD: 3, CLF: 4 } as const
const currency = fc.constantFrom(...(Object.keys(DIGITS) as (keyof typeof DIGITS)[]))
const LIMIT = 10n ** 13n

/** `units` of a currency's smallest unit, as a decimal text. */
function toText(units: bigint, digits: number): string {
  const sign = units < 0n ? '-' : ''
  const text = (units < 0n ? -units : units).toString().padStart(digits + 1, '0')
  const whole = text.slice(0, text.length - digits)
  return digits === 0 ? sign + whole : `${sign}${whole}.${text.slice(-digits)}`
}

/** Half-even division of integers that are not negative. */
function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  const twice = 2n * (dividend % divisor)
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n)
  return up ? quotient + 1n : quotient
}

describe('formatStored', () => {
  it('is what formatMoney makes of the same amount, whatever is stored', () => {
    const stored = fc.tuple(fc.bigInt(0n, 9_999_999_999_999n), fc.nat(9_999))
    fc.assert(
      fc.property(stored, fc.constantFrom('USD', 'JPY', 'KWD', 'CLF'), ([whole, part], code) => {
        for (const decimals of [part, part - (part % 100), 0]) {
          const amount = `${whole}.${String(decimals).padStart(4, '0')}`
          expect(formatStored(amount, code)).toBe(formatMoney(money(amount), code))
        }
      }),
    )
  })
})

describe('formatMoney', () => {
  it.each([
    ['1250', 'JPY', '1250'],
    ['1250', 'USD', '1250.00'],
    ['1250', 'KWD', '1250.000'],
    ['1250', 'CLF', '1250.0000'],
    ['0', 'USD', '0.00'],
    ['-0.5', 'USD', '-0.50'],
    ['9999999999999.99', 'USD', '9999999999999.99'],
    ['1e21', 'JPY', '1000000000000000000000'],
  ])('shows %s %s as %s', (amount, code, text) => {
    expect(formatMoney(money(amount), code)).toBe(text)
  })

  it('adds up millions without losing a unit', () => {
    const sums = fc.array(fc.bigInt(1n, LIMIT * 100n - 1n), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(currency, sums, (code, units) => {
        const digits = DIGITS[code]
        const total = units.reduce((sum, unit) => sum.plus(money(toText(unit, digits))), money(0))
        const expected = units.reduce((sum, unit) => sum + unit, 0n) * 1_000_000n
        expect(formatMoney(total.times(1_000_000), code)).toBe(toText(expected, digits))
      }),
    )
  })
})

describe('averageMoney', () => {
  it('is null of nothing', () => {
    expect(averageMoney(money(0), 0, 'USD')).toBeNull()
  })

  it.each([
    ['0.01', 2, 'USD', '0.00'],
    ['0.03', 2, 'USD', '0.02'],
    ['0.05', 2, 'USD', '0.02'],
    ['1', 2, 'JPY', '0'],
    ['3', 2, 'JPY', '2'],
    ['10', 3, 'KWD', '3.333'],
    ['20', 3, 'KWD', '6.667'],
  ])('rounds %s by %i in %s half-even to %s', (total, count, code, text) => {
    expect(averageMoney(money(total), count, code)).toBe(text)
  })

  it('is that of whole units, whatever their size', () => {
    const count = fc.integer({ min: 1, max: 5_000_000 })
    fc.assert(
      fc.property(currency, fc.bigInt(0n, 10n ** 24n), count, (code, units, by) => {
        const digits = DIGITS[code]
        const expected = toText(divideHalfEven(units, BigInt(by)), digits)
        expect(averageMoney(money(toText(units, digits)), by, code)).toBe(expected)
      }),
      { numRuns: 500 },
    )
  })

  it('rounds every exact half to the even side', () => {
    fc.assert(
      fc.property(currency, fc.bigInt(0n, 10n ** 20n), (code, half) => {
        const digits = DIGITS[code]
        const odd = 2n * half + 1n
        const even = half % 2n === 0n ? half : half + 1n
        expect(averageMoney(money(toText(odd, digits)), 2, code)).toBe(toText(even, digits))
      }),
    )
  })
})

describe('checkAmount', () => {
  const codeOf = (sent: string | number, code: string) => {
    const checked = checkAmount(sent, code, inBody('/amount'))
    return 'code' in checked ? checked.code : undefined
  }

  it.each([
    ['0', 'USD', 'amount'],
    ['0.00', 'USD', 'amount'],
    ['-1', 'USD', 'amount'],
    ['10000000000000', 'USD', 'amount'],
    [1e13, 'JPY', 'amount'],
    ['0.001', 'USD', 'amount_digits'],
    [1.005, 'USD', 'amount_digits'],
    ['1.5', 'JPY', 'amount_digits'],
    ['1.0005', 'KWD', 'amount_digits'],
    ['1.00005', 'CLF', 'amount_digits'],
  ])('refuses %s %s by its rule %s', (sent, code, rule) => {
    expect(codeOf(sent, code)).toBe(rule)
    expect(checkAmount(sent, code, inBody('/amount'))).toMatchObject(inBody('/amount'))
  })

  it('takes every amount there is, as text and as a number, and shows it as it was', () => {
    fc.assert(
      fc.property(currency, fc.bigInt(1n, 10n ** 15n - 1n), (code, units) => {
        const digits = DIGITS[code]
        const text = toText(units % (LIMIT * 10n ** BigInt(digits)) || 1n, digits)
        for (const sent of [text, Number(text)]) {
          const checked = checkAmount(sent, code, inBody('/amount'))
          expect('code' in checked ? checked : formatMoney(checked, code)).toBe(text)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('looks at no digits where there is no such currency', () => {
    expect(codeOf('1.00005', 'XYZ')).toBeUndefined()
    expect(codeOf('0', 'XYZ')).toBe('amount')
  })

  it('takes digits beyond the currency’s where they are zeros', () => {
    expect(codeOf('1.000', 'USD')).toBeUndefined()
    expect(codeOf('100.0', 'JPY')).toBeUndefined()
  })
})

describe('a currency', () => {
  it.each(Object.entries(DIGITS))('%s has %i digits', (code, digits) => {
    expect(minorDigits(code)).toBe(digits)
    expect(requireCurrency(code)).toBe(code)
  })

  it.each([
    ['ANG', 'XCG'],
    ['BGN', 'EUR'],
    ['CUC', 'CUP'],
  ])('%s was replaced by %s, and keeps its digits', (code, replacement) => {
    expect(replacementOf(code)).toBe(replacement)
    expect(replacementOf(replacement)).toBeUndefined()
    expect(minorDigits(code)).toBe(2)
    expect(() => requireCurrency(code)).toThrow(replacement)
  })

  it.each(['XYZ', '', 'constructor'])('is not %j, to start with', (code) => {
    expect(minorDigits(code)).toBeUndefined()
    expect(() => requireCurrency(code)).toThrow(StartupError)
  })
})
