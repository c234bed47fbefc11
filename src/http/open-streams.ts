import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'
import { type Access, assertAllowed, authenticate, type Caller, type FindCaller } from './auth.ts'
import { onAnswerOver } from './connections/answer-over.ts'

/** Uploads, downloads and event streams that one account may have open in a process. */
const MAX_STREAMS_PER_ACCOUNT = 20
/** How often the access of whoever reads a stream is checked again. */
const CHECK_MS = 1_000

interface OpenStream {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly caller: Caller
  readonly access: Access
}

const tooMany = () =>
  new AppError(
    429,
    'too_many_streams',
    `An account may have ${MAX_STREAMS_PER_ACCOUNT} uploads, downloads and event streams open: end one first`,
    { headers: { 'retry-after': '1' } },
  )

/**
 * Bounds the streams of each account, and ends a stream whose caller loses the access to it: the account was disabled
 * or deleted, its role or key changed, or its session ended.
 */
export function createOpenStreams(findCaller: FindCaller) {
  const streams = new Set<OpenStream>()
  let timer: NodeJS.Timeout | undefined

  async function mayGoOn({ request, caller, access }: OpenStream): Promise<boolean> {
    try {
      const now = await authenticate(request, findCaller)
      assertAllowed(now, access)
      return now.role === caller.role
    } catch (error) {
      // A database that does not answer says nothing of the access.
      return !(error instanceof AppError && [401, 403].includes(error.status))
    }
  }

  /** One after the other: looking must not take the connections that requests need. */
  async function checkAll(): Promise<void> {
    for (const stream of streams) {
      if (!(await mayGoOn(stream))) stream.reply.raw.destroy()
    }
    timer = streams.size > 0 ? setTimeout(check, CHECK_MS) : undefined
    timer?.unref()
  }
  const check = () => void checkAll()

  return {
    /** Counts a stream until its answer ends. @throws AppError 429 when the account has too many */
    open(request: FastifyRequest, reply: FastifyReply, caller: Caller, access: Access): void {
      const own = [...streams].filter((stream) => stream.caller.id === caller.id)
      if (own.length >= MAX_STREAMS_PER_ACCOUNT) throw tooMany()
      const stream = { request, reply, caller, access }
      streams.add(stream)
      onAnswerOver(request, reply, () => streams.delete(stream))
      timer ??= setTimeout(check, CHECK_MS).unref()
    },
  }
}
