import { describe, expect, it } from 'vitest'
import { etagOf, namesETag } from '../../src/http/conditional/etag.ts'

const etag = etagOf({ id: 7 })

describe('etagOf', () => {
  it('makes a strong tag, equal for equal records and different for others', () => {
    expect(etag).toMatch(/^"[\w-]{22}"$/)
    expect(etagOf({ id: 7 })).toBe(etag)
    expect(etagOf({ id: 8 })).not.toBe(etag)
  })
})

describe('namesETag', () => {
  it.each([
    ['the tag', etag, true, true],
    ['the tag among others', `"a", ${etag},W/"b"`, true, true],
    ['any', ' * ', true, true],
    ['the tag, weak', `W/${etag}`, false, true],
    ['another tag', '"a"', false, false],
    ['the tag without quotes', etag.slice(1, -1), false, false],
    ['a part of the tag', `"${etag.slice(3)}`, false, false],
    ['nothing', '', false, false],
  ])('%s', (_, header, strongly, weakly) => {
    expect(namesETag(header, etag, false)).toBe(strongly)
    expect(namesETag(header, etag, true)).toBe(weakly)
  })
})
