import { expect, test } from 'vitest'
import { caseless } from '../../src/lib/caseless.ts'

test.each([
  ['Acme Ltd', 'ACME ltd'],
  ['Caf\u00e9', 'CAFE\u0301'],
  ['\uff21cme', 'acme'],
  ['\u0130stanbul', '\u0130STANBUL'],
])('%s and %s are the same name', (one, other) => {
  expect(caseless(one)).toBe(caseless(other))
})

test.each([
  ['Acme', 'Acme Ltd'],
  ['Cafe', 'Caf\u00e9'],
])('%s and %s are different names', (one, other) => {
  expect(caseless(one)).not.toBe(caseless(other))
})
