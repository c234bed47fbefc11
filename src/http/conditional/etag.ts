import { createHash } from 'node:crypto'

const ENTITY_TAG = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g
/** 132 bits of the digest, enough to tell any two contents apart. */
const LENGTH = 22

/** The strong entity tag (RFC 9110) of bytes that are sent: it changes with each of them. */
export const etagOfBytes = (bytes: string | Buffer): string =>
  `"${createHash('sha256').update(bytes).digest('base64url').slice(0, LENGTH)}"`

/** The strong entity tag of a record: it changes with every byte of the record's JSON. */
export const etagOf = (record: unknown): string => etagOfBytes(JSON.stringify(record))

/**
 * Whether an `If-Match` or `If-None-Match` header contains this tag, or is `*`.
 *
 * @param weakToo true for `If-None-Match`, which compares weakly; `If-Match` never matches a weak
 *   tag
 */
export function namesETag(header: string, etag: string, weakToo: boolean): boolean {
  if (header.trim() === '*') return true
  return [...header.matchAll(ENTITY_TAG)].some(
    ([, weak, tag]) => (weakToo || weak === undefined) && `"${tag}"` === etag,
  )
}
