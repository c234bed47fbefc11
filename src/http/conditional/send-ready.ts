import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ReadyAnswer } from '../../lib/answers/ready-answer.ts'
import { varyByCoding } from '../codings.ts'
import { namesETag } from './etag.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

/**
 * Answers with what is kept ready, or with 304 to whoever has it.
 *
 * @returns the payload
 */
export function sendReady(
  { headers: { 'if-none-match': known, 'accept-encoding': accepted } }: FastifyRequest,
  reply: FastifyReply,
  answer: ReadyAnswer,
): Buffer | undefined {
  const { packs, headers } = answer
  const isPacked = packs && accepted === 'gzip'
  const { bytes, etag } = isPacked ? answer.gzip : answer.identity
  reply.headers(headers).header('etag', etag)
  if (packs) varyByCoding(reply)
  if (known !== undefined && namesETag(known, etag, true)) {
    reply.code(304)
    return undefined
  }
  if (isPacked) reply.header('content-encoding', 'gzip')
  reply.header('content-type', JSON_TYPE)
  return bytes
}
