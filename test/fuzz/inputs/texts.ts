import fc, { type Arbitrary } from 'fast-check'
import { fits, type Schema } from './schema.ts'

/** Texts that have broken programs before. */
export const SPICY: readonly string[] = [
  '',
  ' ',
  '\t\r\n',
  '\u0000',
  'a\u0000b',
  '\u202egnp.exe',
  '\ufeffa',
  '\u2028',
  '\u0085',
  "'; DROP TABLE users;--",
  '%s%n%d',
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '#{7*7}',
  '{{7*7}}',
  '=1+1',
  '\\',
  '\\u0000',
  '%00',
  '%',
  '*',
  '"',
  '`',
  '$1',
  '?',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  'true',
  '__proto__',
  'constructor',
  'toString',
  'İstanbul',
  'ſtraße',
  'ﬃ',
  'e\u0301'.repeat(50),
  `a${'\u0301'.repeat(300)}`,
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  '\r\nX-Injected: 1',
  '0',
  '-0',
  '1e3',
  '0x10',
  '٣',
  '１２',
  '00000000',
  '9'.repeat(40),
]

/** A pattern without its assertions, which fast-check cannot generate from. */
function plainPattern(pattern: string): RegExp {
  let source = pattern
  for (;;) {
    const start = source.search(/\(\?<?[!=]/)
    if (start === -1) return new RegExp(source)
    let depth = 0
    let end = start
    do {
      if (source[end] === '\\') end += 1
      else if (source[end] === '(') depth += 1
      else if (source[end] === ')') depth -= 1
      end += 1
    } while (depth > 0)
    source = source.slice(0, start) + source.slice(end)
  }
}

const pad = (value: number, length: number) => String(value).padStart(length, '0')

const years = fc.oneof(fc.integer({ min: 1990, max: 2030 }), fc.constantFrom(1, 1582, 1900, 9999))

/** Days of the years 1 to 9999. */
export const days = fc
  .tuple(years, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(([year, month, day]) => `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`)

const zones = fc.constantFrom('Z', '+00:00', '-00:00', '+05:30', '-11:45', '+14:00', 'z')
const fractions = fc.constantFrom('', '.0', '.123', '.999999999')

/** Moments as RFC 3339 writes them. */
export const moments = fc
  .tuple(days, fc.integer({ min: 0, max: 86_399 }), fractions, zones)
  .map(([day, second, fraction, zone]) => {
    const [hours, minutes] = [Math.floor(second / 3600), Math.floor((second % 3600) / 60)]
    return `${day}T${pad(hours, 2)}:${pad(minutes, 2)}:${pad(second % 60, 2)}${fraction}${zone}`
  })

const FORMATS: Readonly<Record<string, Arbitrary<string>>> = {
  date: days,
  'date-time': moments,
}

/** Texts as long as a schema allows, of characters of one to four bytes. */
function longest({ maxLength }: Schema): readonly string[] {
  if (maxLength === undefined) return []
  const units = ['x', ' x', '7', '\u00e9', '\u{1f600}', 'e\u0301']
  return units.map((unit) => unit.repeat(Math.floor(maxLength / [...unit].length)))
}

/** Texts that fit a schema. @throws Error when too few are found */
export function validTexts(schema: Schema): Arbitrary<string> {
  const { minLength = 0, maxLength = 1_000, pattern, format } = schema
  const ofFormat = format === undefined ? undefined : FORMATS[format]
  if (ofFormat !== undefined) return ofFormat.filter((text) => fits(schema, text))
  const size = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, 24)) }
  const usual =
    pattern === undefined
      ? [fc.string(size), fc.string({ ...size, unit: 'grapheme' })]
      : [fc.stringMatching(plainPattern(pattern), { maxLength: Math.min(maxLength, 60) })]
  const known = [...SPICY, ...longest(schema)].filter((text) => fits(schema, text))
  return fc.oneof(
    ...usual.map((arbitrary) => arbitrary.filter((text) => fits(schema, text))),
    ...(known.length > 0 ? [fc.constantFrom(...known)] : []),
  )
}
