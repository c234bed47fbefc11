import { expect, it } from 'vitest'
import type { Encoding } from '../../../src/csv/detect/encoding.ts'
import { createUtf8Converter } from '../../../src/csv/parse/to-utf8.ts'

function convert(encoding: Encoding, bytes: readonly number[], strict?: boolean) {
  const converter = createUtf8Converter({ encoding, bomBytes: 0 }, strict)
  const text = Buffer.concat([converter.push(Buffer.from(bytes)), converter.end()]).toString()
  return { text, mended: converter.mended }
}

it('reads Windows-1252 as Windows defines it', () => {
  const bytes = [0x80, 0x85, 0x93, 0x94, 0x99, 0x9f, 0xa0, 0xe9, 0xff, 0x41]
  expect(convert('windows-1252', bytes).text).toBe('€…“”™Ÿ\u00a0éÿA')
})

it('passes valid UTF-8 on without copying', () => {
  const bytes = Buffer.from('a,é,😀\n')
  const converter = createUtf8Converter({ encoding: 'utf-8', bomBytes: 0 })
  expect(converter.push(bytes).buffer).toBe(bytes.buffer)
})

it('reads invalid UTF-8 as Windows-1252, and counts the bytes', () => {
  expect(convert('utf-8', [0xc3, 0xa9, 0xe9, 0x2c, 0x93])).toEqual({ text: 'éé,“', mended: 2 })
})

it.each([
  ['utf-8', [0x41, 0xe9, 0x41]],
  ['utf-8', [0x41, 0xe2, 0x82]],
  ['utf-16le', [0x41, 0x00, 0x41]],
  ['utf-16le', [0x00, 0xd8]],
  ['utf-16le', [0x00, 0xdc, 0x41, 0x00]],
] as const)('refuses invalid %s in strict mode: %j', (encoding, bytes) => {
  expect(() => convert(encoding, bytes, true)).toThrow(
    expect.objectContaining({ code: 'invalid_encoding' }),
  )
})
