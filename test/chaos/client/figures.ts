import { CHAOS_FROM } from '../history.ts'
import { type ChaosCurrency, contradiction, expectFigures, toMinor } from '../model/figures.ts'
import { isThere, mayBe } from '../model/model.ts'
import { type Client, contradicts } from './client.ts'
import { read } from './read.ts'
import { inventTransaction, newTransaction, transactionContent } from './records.ts'
import { isProblem, write } from './write.ts'

const NO_CACHE = { 'cache-control': 'no-cache' }
const MAX_PAGE = 100

/** Figures of somebody whom this client alone writes for: exact, unless they say that they are not current. */
export async function readFigures(client: Client): Promise<void> {
  const { dice, model } = client
  const person = dice.pick(client.people)
  const currency: ChaosCurrency = dice.chance(0.25) ? 'JPY' : 'USD'
  const isExact = dice.chance(0.4)
  const path = `/v1/users/${person.id}/analytics?currency=${currency}`
  const answer = await read(client, path, [200], isExact ? NO_CACHE : {})
  if (answer === undefined || answer.body.is_current !== true) return
  const expected = expectFigures(model, person.base(currency), person.id, currency)
  const wrong = contradiction(expected, answer.body, currency)
  const how = isExact ? 'exact' : 'current'
  if (wrong) contradicts(client, `wrong figures said to be ${how}`, `user ${person.id}: ${wrong}`)
}

/** The days since clients came, from the ledger. */
export async function readDays(client: Client): Promise<void> {
  const { dice, model } = client
  const person = dice.pick(client.people)
  const path = `/v1/users/${person.id}/analytics/daily?currency=USD&from=${CHAOS_FROM}`
  const answer = await read(client, path, [200], NO_CACHE)
  if (answer === undefined) return
  const expected = expectFigures(model, { count: 0, credit: 0n, debit: 0n }, person.id, 'USD')
  const days = answer.body as readonly {
    readonly transaction_count: number
    readonly total_credit: string
    readonly total_debit: string
  }[]
  const sum = (field: 'total_credit' | 'total_debit') =>
    days.reduce((total, day) => total + toMinor(day[field]), 0n)
  const count = days.reduce((total, day) => total + day.transaction_count, 0)
  const { certain, open } = expected
  const isWrong =
    count < certain.count ||
    count > certain.count + open ||
    (open === 0 && (sum('total_credit') !== certain.credit || sum('total_debit') !== certain.debit))
  if (isWrong) {
    contradicts(client, 'wrong days', `user ${person.id}: ${count} for ${certain.count}+${open}`)
  }
}

/** The newest of a person's transactions: each as it may be, and none left out. */
export async function readHistory(client: Client): Promise<void> {
  const { dice, model, people } = client
  const person = dice.pick(people)
  const path = `/v1/users/${person.id}/transactions?from=${CHAOS_FROM}&per_page=${MAX_PAGE}`
  const answer = await read(client, path)
  if (answer === undefined) return
  const seen = new Set<string>()
  for (const shown of answer.body) {
    const entry = model.entry('transaction', shown.description ?? '')
    if (seen.has(shown.description)) contradicts(client, 'write shown twice', shown.description)
    seen.add(shown.description)
    if (entry === undefined || !mayBe(entry, transactionContent(shown))) {
      contradicts(client, 'wrong history', `transaction ${shown.id} of user ${person.id}`)
    }
  }
  if (answer.body.length === MAX_PAGE) return
  const missing = model
    .belongings(person.id)
    .filter((entry) => entry.kind === 'transaction' && isThere(entry) && !seen.has(entry.marker))
  for (const { marker } of missing) contradicts(client, 'stale history', `${marker} is missing`)
}

/** A transaction of somebody whom all write for. */
export async function createSharedTransaction(client: Client): Promise<void> {
  const { dice } = client
  const person = dice.pick(client.shared)
  const invented = inventTransaction(dice, person.id, client.newMarker())
  const sent = { ...invented, currency: 'USD', transaction_amount: '1.00' } as const
  person.sent += 1
  const done = await write(client, 'createTransaction', [newTransaction(sent)], {
    request: { method: 'POST', path: '/v1/transactions', body: sent },
    repeats: sent.reference !== undefined,
    wasDone: isProblem(409, 'reference_taken'),
  })
  if (done) person.acknowledged += 1
}

/** Counts lie between what was acknowledged before the request and what was sent before its answer. */
export async function readSharedFigures(client: Client): Promise<void> {
  const person = client.dice.pick(client.shared)
  const least = person.base.count + person.acknowledged
  const path = `/v1/users/${person.id}/analytics?currency=USD`
  const answer = await read(client, path, [200], client.dice.chance(0.3) ? NO_CACHE : {})
  if (answer === undefined || answer.body.is_current !== true) return
  const most = person.base.count + person.sent
  const { transaction_count: count } = answer.body
  if (count >= least && count <= most) return
  contradicts(
    client,
    'wrong figures said to be current',
    `user ${person.id}, whom all write for: ${count} for ${least} to ${most}`,
  )
}
