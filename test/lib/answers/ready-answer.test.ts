import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { etagOfBytes, ReadyAnswer } from '../../../src/lib/answers/ready-answer.ts'

const LONG = { text: 'words and more words '.repeat(100) }

const digestOf = (bytes: Buffer | string) =>
  createHash('sha256').update(bytes).digest('base64url').slice(0, 22)

describe('a ready answer', () => {
  it('is the JSON of its content, with a strong tag of these bytes', () => {
    const { identity } = new ReadyAnswer(LONG)
    expect(identity.bytes.toString()).toBe(JSON.stringify(LONG))
    expect(identity.etag).toBe(`"${digestOf(JSON.stringify(LONG))}"`)
    expect(etagOfBytes(JSON.stringify(LONG))).toBe(identity.etag)
  })

  it('is packed once, under a tag of its own', () => {
    const answer = new ReadyAnswer(LONG, { packs: true })
    const { gzip, identity } = answer
    expect(gunzipSync(gzip.bytes)).toEqual(identity.bytes)
    expect(gzip.etag).toBe(`"${digestOf(gzip.bytes)}"`)
    expect(gzip.etag).not.toBe(identity.etag)
    expect(answer.gzip).toBe(gzip)
  })

  it('has another tag with each byte', () => {
    const tags = ['a', 'b', 'é', 'e\u0301', ''].map(
      (text) => new ReadyAnswer({ text }).identity.etag,
    )
    expect(new Set(tags).size).toBe(tags.length)
  })

  it.each([
    [1_023, false],
    [1_024, true],
  ])('of %d bytes packs: %s', (bytes, packs) => {
    const text = 'x'.repeat(bytes - 2)
    expect(new ReadyAnswer(text, { packs: true }).packs).toBe(packs)
    expect(new ReadyAnswer(text).packs).toBe(false)
  })
})
