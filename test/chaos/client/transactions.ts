import { type Entry, isThere, mayBe } from '../model/model.ts'
import { type Client, contradicts, type Person } from './client.ts'
import { read } from './read.ts'
import {
  inventTransaction,
  keyOf,
  newTransaction,
  type SentTransaction,
  transactionContent,
} from './records.ts'
import { isProblem, write } from './write.ts'

const TRANSACTIONS = '/v1/transactions'

const wasTaken = isProblem(409, 'reference_taken')

/** One of a person's transactions that is there for sure. */
function pickKnown({ dice, model }: Client, person: Person): Entry | undefined {
  const known = model
    .belongings(person.id)
    .filter(
      (entry) =>
        entry.kind === 'transaction' &&
        entry.id !== undefined &&
        !entry.retired &&
        entry.states.length === 1 &&
        isThere(entry),
    )
  return known.length === 0 ? undefined : dice.pick(known)
}

/** A shown transaction has to be what was sent. */
export function compareShown(client: Client, entry: Entry, shown: SentTransaction): void {
  if (mayBe(entry, transactionContent(shown)) && shown.description === entry.marker) return
  contradicts(client, 'wrong answer', `transaction ${entry.marker} shown as ${shown.reference}`)
}

export async function createTransaction(client: Client): Promise<void> {
  const { dice, people } = client
  const person = dice.pick(people)
  const sent = inventTransaction(dice, person.id, client.newMarker())
  const isKeyed = dice.chance(0.5)
  const request = {
    method: 'POST' as const,
    path: TRANSACTIONS,
    body: sent,
    headers: isKeyed ? keyOf(sent.description) : {},
  }
  const done = await write(client, 'createTransaction', [newTransaction(sent)], {
    request,
    repeats: isKeyed || sent.reference !== undefined,
    wasDone: wasTaken,
  })
  const [entry] = done?.write.entries ?? []
  if (done?.answer.status !== 201 || entry === undefined) return
  entry.id = done.answer.body.id
  compareShown(client, entry, done.answer.body)
  if (done.answer.body.full_name !== person.name) {
    contradicts(client, 'wrong answer', `the name on transaction ${entry.id}`)
  }
  if (isKeyed && dice.chance(0.15)) await replay(client, request, entry)
}

/** The same request under the same key gives the same answer, another one is refused. */
async function replay(
  client: Client,
  request: Parameters<Client['send']>[0],
  entry: Entry,
): Promise<void> {
  const again = await client.send(request)
  if (again.kind === 'answered' && again.answer.status < 500) {
    const { status, body, headers } = again.answer
    const isSame = status === 201 && body.id === entry.id
    if (!isSame || headers.get('idempotency-replayed') !== 'true') {
      contradicts(client, 'key that was not replayed', `${entry.marker} answered ${status}`)
    }
  }
  const body = { ...(request.body as object), transaction_amount: '3' }
  const other = await client.send({ ...request, body })
  if (other.kind === 'answered' && other.answer.status < 500 && other.answer.status !== 422) {
    contradicts(client, 'key that took another request', `answered ${other.answer.status}`)
  }
}

/** Reads one, changes its amount with If-Match; with a stale tag at times, which has to be refused. */
export async function updateTransaction(client: Client): Promise<void> {
  const { dice } = client
  const entry = pickKnown(client, dice.pick(client.people))
  const [before] = entry?.states ?? []
  if (entry === undefined || before === undefined) return
  const path = `${TRANSACTIONS}/${entry.id}`
  const shown = await read(client, path)
  if (shown === undefined) return
  compareShown(client, entry, shown.body)
  const isStale = dice.chance(0.1)
  const tag = isStale ? '"something-else-entirely"' : (shown.headers.get('etag') ?? '')
  const minor = dice.between(1, 2_000_000)
  const amount = before['currency'] === 'JPY' ? String(minor) : (minor / 100).toFixed(2)
  const { kind, marker, userId } = entry
  const done = await write(
    client,
    'updateTransaction',
    isStale ? [] : [{ kind, marker, userId, to: { ...before, amount } }],
    {
      request: {
        method: 'PUT',
        path,
        body: { transaction_amount: amount },
        headers: { 'if-match': tag },
      },
      repeats: false,
      mayRefuse: (answer) => isStale && answer.status === 412,
    },
  )
  if (done && isStale) contradicts(client, 'wrong answer', `a stale If-Match changed ${marker}`)
  if (done) compareShown(client, entry, done.answer.body)
}

export async function deleteTransaction(client: Client): Promise<void> {
  const entry = pickKnown(client, client.dice.pick(client.people))
  if (entry === undefined) return
  const { kind, marker, userId } = entry
  await write(client, 'deleteTransaction', [{ kind, marker, userId, to: undefined }], {
    request: { method: 'DELETE', path: `${TRANSACTIONS}/${entry.id}` },
    repeats: false,
  })
}

export async function readTransaction(client: Client): Promise<void> {
  const { dice, model, people } = client
  const entries = model
    .belongings(dice.pick(people).id)
    .filter(({ kind, id }) => kind === 'transaction' && id !== undefined)
  if (entries.length === 0) return
  const entry = dice.pick(entries)
  const answer = await read(client, `${TRANSACTIONS}/${entry.id}`, [200, 404])
  if (answer === undefined) return
  if (answer.status === 200) compareShown(client, entry, answer.body)
  else if (!mayBe(entry, undefined)) {
    contradicts(client, 'stale read', `transaction ${entry.marker} is there and was not found`)
  }
}
