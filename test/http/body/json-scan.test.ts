import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/errors.ts'
import { scanJson } from '../../../src/http/body/json-scan.ts'

const UNLIMITED = { values: Number.POSITIVE_INFINITY, lists: {} }

/** The status and the errors of a text; 200 if it is accepted. */
function scan(text: string, limits: Parameters<typeof scanJson>[1] = UNLIMITED) {
  try {
    const errors = scanJson(Buffer.from(text), limits)
    return [errors.length === 0 ? 200 : 422, errors.map(({ path, code }) => `${path} ${code}`)]
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const { status, options } = error
    return [status, options.errors?.map(({ path, code }) => `${path} ${code}`) ?? []]
  }
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** JSON with a character inserted, removed or replaced. */
const nearlyJson = fc
  .tuple(
    fc.json({ maxDepth: 4 }),
    fc.nat(),
    fc.nat(1),
    fc.constantFrom('', ...'"\\,:[]{}0-+.eEu1tfn \n\t\u0001é'.split('')),
  )
  .map(([json, place, removed, added]) => {
    const at = place % (json.length + 1)
    return json.slice(0, at) + added + json.slice(at + removed)
  })

describe('a scan of JSON', () => {
  it('accepts what JSON.parse accepts, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyJson, fc.json(), fc.string()), (text) => {
        const [status] = scan(text)
        expect(status === 400, text).toBe(!isJson(text))
      }),
      { numRuns: 3_000 },
    )
  })

  it.each([
    '',
    ' ',
    'nul',
    'nulll',
    'tru e',
    '01',
    '-',
    '1.',
    '.5',
    '1e',
    '1e+',
    '+1',
    '--1',
    '0x1',
    '"',
    '"\n"',
    '"\\x"',
    '"\\u12"',
    '"\\u12g4"',
    "'a'",
    '[1,]',
    '[,1]',
    '[1 2]',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{a:1}',
    '{1:1}',
    '[1}',
    '{"a":1]',
    '[',
    '{',
    '1 2',
    'NaN',
    '\u00a01',
  ])('refuses %j', (text) => {
    expect(isJson(text)).toBe(false)
    expect(scan(text)[0]).toBe(400)
  })

  it('counts values, and stops above the limit', () => {
    const limits = { values: 4, lists: {} }
    expect(scan('{"a":[1,"b"]}', limits)).toEqual([200, []])
    expect(scan('{"a":[1,"b",null]}', limits)).toEqual([422, [' too_many_values']])
    expect(scan('[12345678901234567890,1,1,1,1', limits)).toEqual([422, [' too_many_values']])
  })

  it('counts the items of the body’s own lists', () => {
    const limits = { values: 1_000, lists: { items: 2 } }
    expect(scan('{"items":[1,2],"others":[1,2,3],"a":{"items":[1,2,3]}}', limits)[0]).toBe(200)
    expect(scan('[{"items":[1,2,3]}]', limits)[0]).toBe(200)
    expect(scan('{"items":[1,2,3],"b":"\\ud800"}', limits)).toEqual([422, ['/items maxItems']])
    expect(scan('{"\\u0069tems":[[],[],[]]}', limits)).toEqual([422, ['/items maxItems']])
    expect(scan('{"toString":[1,2,3]}', limits)[0]).toBe(200)
  })

  it('allows 32 levels of nesting', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(scan(nested(32))[0]).toBe(200)
    expect(scan(nested(33))[0]).toBe(400)
    expect(scan(`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`)[0]).toBe(400)
  })

  it('reports altered values by JSON Pointer, at most a hundred', () => {
    const odd = '{"a/b":{"c~d":[0,12345678901234567890]},"\\u00e9":"\\udc00"}'
    expect(scan(odd)).toEqual([422, ['/a~1b/c~0d/1 number_precision', '/é unicode']])
    expect(scan(`[${'12345678901234567890,'.repeat(200)}1]`)[1]).toHaveLength(100)
    const name = 'n'.repeat(5_000)
    expect(scan(`{"${name}":"\\ud800"}`)[1]).toEqual([`/${'n'.repeat(100)}… unicode`])
    expect(scan('{"\\ud800":1}')).toEqual([422, [' unicode']])
  })

  it('reports names that an object has twice, however they are written', () => {
    expect(scan('{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}')).toEqual([200, []])
    expect(scan('{"a":1,"\\u0061":2}')).toEqual([422, ['/a duplicate_field']])
    expect(scan('{"\\u00e9":1,"é":2}')).toEqual([422, ['/é duplicate_field']])
    expect(scan('{"\\/":1,"/":2}')).toEqual([422, ['/~1 duplicate_field']])
    expect(scan('[{"b":{"x":1,"y":2,"x":3}}]')).toEqual([422, ['/0/b/x duplicate_field']])
    expect(scan(`{${'"a":1,'.repeat(300)}"b":1}`)[1]).toHaveLength(100)
  })

  it('accepts paired surrogates, whatever surrounds them', () => {
    const unit = fc.constantFrom(
      '\\ud83d',
      '\\ude00',
      '\\uD83D',
      '\\uDE00',
      '\\u0041',
      'a',
      '\\\\',
      '\\"',
    )
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 8 }), (units) => {
        const text = `"${units.join('')}"`
        expect(scan(text)[0], text).toBe(JSON.parse(text).isWellFormed() ? 200 : 422)
      }),
      { numRuns: 1_000 },
    )
  })
})
