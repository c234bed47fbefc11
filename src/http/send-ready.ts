import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ReadyAnswer } from '../lib/ready-answer.ts'
import { namesETag } from './conditional/etag.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

/** Sends an answer as it is kept, or 304 to whoever has it. */
export function sendReady(
  { headers: { 'if-none-match': known, 'accept-encoding': accepted } }: FastifyRequest,
  reply: FastifyReply,
  answer: ReadyAnswer,
): FastifyReply {
  const { packs, headers } = answer
  const isPacked = packs && accepted === 'gzip'
  const { bytes, etag } = isPacked ? answer.gzip : answer.identity
  reply.headers(headers).header('etag', etag)
  if (packs) reply.header('vary', 'accept-encoding')
  if (known !== undefined && namesETag(known, etag, true)) return reply.code(304).send()
  if (isPacked) reply.header('content-encoding', 'gzip')
  return reply.header('content-type', JSON_TYPE).send(bytes)
}
