import { etagOfBytes, ReadyAnswer } from '../../lib/answers/ready-answer.ts'

const ENTITY_TAG = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g
/** The strong entity tag of a record: it changes with every byte of the record's JSON. */
export const etagOf = (record: unknown): string =>
  record instanceof ReadyAnswer ? record.identity.etag : etagOfBytes(JSON.stringify(record))

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
