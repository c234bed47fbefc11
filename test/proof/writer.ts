import type { Answer, Request } from '../chaos/client/call.ts'
import type { Send } from './installation.ts'
import type { Killer } from './killer.ts'
import type { PlannedChange, PlannedTransaction } from './plan.ts'
import { type Known, sendUntilKnown } from './send-until-known.ts'

/** Requests under way at once. */
const WRITERS = 16

type Sent = Omit<Request, 'token'>

/** A transaction whose every change was acknowledged. */
export interface Written {
  readonly id: number
  readonly userId: number
  readonly changes: readonly PlannedChange[]
}

export interface WriterOptions {
  readonly send: Send
  readonly killer: Killer
  readonly users: readonly number[]
  /** Told of a write that had to be sent again because nobody knew what became of it. */
  readonly repeated: () => void
}

/** Sends a request until its outcome is known. */
async function sendOnce({ send, killer, repeated }: WriterOptions, request: Sent): Promise<Known> {
  const known = await sendUntilKnown(send, request, killer.turn)
  if (known.wasOpen) repeated()
  return known
}

function unexplained({ method, path }: Sent, { status, body }: Answer): Error {
  return new Error(`${method} ${path} answered ${status} ${body?.code}`)
}

/** Changes a transaction exactly once. @returns its entity tag */
async function update(
  options: WriterOptions,
  path: string,
  etag: string,
  amount: string,
): Promise<string> {
  const request = {
    method: 'PUT',
    path,
    headers: { 'if-match': etag },
    body: { transaction_amount: amount },
  } as const
  const { answer, wasOpen } = await sendOnce(options, request)
  if (answer.status === 200) return String(answer.headers.get('etag'))
  // Nobody else changes it, so it was the try whose answer was lost.
  if (answer.status !== 412 || !wasOpen) throw unexplained(request, answer)
  const read = { method: 'GET', path } as const
  const { answer: found } = await sendOnce(options, read)
  if (found.body.transaction_amount !== amount) throw unexplained(request, found)
  return String(found.headers.get('etag'))
}

/** Deletes a transaction exactly once. */
async function remove(options: WriterOptions, path: string): Promise<void> {
  const request = { method: 'DELETE', path } as const
  const { answer, wasOpen } = await sendOnce(options, request)
  if (answer.status !== 204 && !(answer.status === 404 && wasOpen))
    throw unexplained(request, answer)
}

async function writeOne(
  options: WriterOptions,
  { user, changes, ...content }: PlannedTransaction,
): Promise<Written> {
  const { killer, users } = options
  const [created, ...others] = changes
  const userId = users[user] as number
  const request = {
    method: 'POST',
    path: '/v1/transactions',
    headers: { 'idempotency-key': crypto.randomUUID() },
    body: { user_id: userId, transaction_amount: created?.amount, ...content },
  } as const
  const { answer } = await sendOnce(options, request)
  if (answer.status !== 201) throw unexplained(request, answer)
  killer.acknowledged()
  const { id } = answer.body
  const path = `/v1/transactions/${id}`
  let etag = String(answer.headers.get('etag'))
  for (const { type, amount } of others) {
    if (type === 'transaction.deleted') await remove(options, path)
    else etag = await update(options, path, etag, amount)
    killer.acknowledged()
  }
  return { id, userId, changes }
}

/** Writes all transactions of a plan, several at once, each change exactly once. */
export async function writeAll(
  options: WriterOptions,
  planned: readonly PlannedTransaction[],
): Promise<readonly Written[]> {
  const written: Written[] = []
  const waiting = planned.values()
  const work = async () => {
    for (const each of waiting) written.push(await writeOne(options, each))
  }
  await Promise.all(Array.from({ length: WRITERS }, work))
  return written
}
