import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Static, TSchema } from 'typebox'
import type { OperationId, operations } from '../generated/operations.ts'
import type { ReadyAnswer } from '../lib/answers/ready-answer.ts'
import type { Caller } from './auth.ts'

export type Operation = (typeof operations)[OperationId]
type Part<O extends Operation, Name extends string> =
  O['schema'] extends Readonly<Record<Name, infer S extends TSchema>> ? Static<S> : undefined
type Responses<O extends Operation> = O['schema']['response']
type SuccessStatus = 200 | 201 | 202 | 204
/** Text may also be sent as a stream. */
type Text<T> = T extends string ? T | Readable : T
/** A response with several media types is a file, sent as a stream. */
type Answer<R> = R extends { readonly content: object } ? Readable : Text<Static<R & TSchema>>
type Success<O extends Operation> = {
  [Status in keyof Responses<O>]: Status extends SuccessStatus
    ? Answer<Responses<O>[Status]>
    : never
}[keyof Responses<O>]

/** A received file. `release` discards it if nobody used it. */
export interface ReceivedFile {
  release(): Promise<void>
}

/** The input of a handler: the validated parts of the request, and the caller. */
export interface Context<O extends Operation> {
  readonly params: Part<O, 'params'>
  readonly query: Part<O, 'querystring'>
  readonly body: Part<O, 'body'>
  readonly headers: Part<O, 'headers'>
  readonly caller: O['public'] extends true ? undefined : Caller
  readonly requestId: string
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** What a handler returns: the content of the answer, or the answer as it is kept ready. */
type Answered<O extends Operation> = Success<O> | ReadyAnswer<Success<O>>

type Handler<O extends Operation, P> = (
  context: Context<O>,
  prepared: P,
) => Promise<Answered<O>> | Answered<O>

/**
 * Registers the handler of an operation. Method, path, schemas and access come from its constant.
 */
export interface Handle {
  <O extends Operation>(operation: O, handler: Handler<O, undefined>): void
  /**
   * @param prepare slow work that needs no database. It runs before the database transaction in
   *   which a request with an `Idempotency-Key` is handled.
   */
  <O extends Operation, P>(
    operation: O,
    prepare: (context: Context<O>) => Promise<P>,
    handler: Handler<O, P>,
  ): void
}

/**
 * Registers the handler of an operation on one user's record. `look` begins a look-up that the
 * handler needs together with the one of the caller, so that they share a round trip. It runs before
 * the caller's rights are known: the handler checks these, and gets no look-up where nothing began.
 */
export type HandleAhead = <O extends Operation, T>(
  operation: O,
  look: (id: number) => Promise<T>,
  handler: (
    context: Context<O>,
    ahead: Promise<T> | undefined,
  ) => Promise<Answered<O>> | Answered<O>,
) => void

/**
 * Registers the handler of an operation that takes a file. `receive` reads the file outside any
 * database transaction, after the rest of the request was checked. Its result becomes the
 * request's body, whose JSON identifies a retry under the same `Idempotency-Key`.
 */
export type HandleFile = <O extends Operation, F extends ReceivedFile>(
  operation: O,
  receive: (context: Context<O>, file: Readable) => Promise<F>,
  handler: (context: Context<O>, file: F) => Promise<Success<O>> | Success<O>,
) => void

/**
 * Has the record of a path locked before a change of it is compared with `If-Match`, in place of a
 * snapshot of the database. It is for records whose change also writes a row that other requests
 * keep changing: a snapshot conflicts with each of these.
 *
 * @param operation the GET of the path
 */
export type LockBefore = <O extends Operation>(
  operation: O,
  lock: (params: Part<O, 'params'>) => Promise<void>,
) => void
