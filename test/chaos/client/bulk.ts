import { type Client, contradicts } from './client.ts'
import { inventTransaction, keyOf, newTransaction, type SentTransaction } from './records.ts'
import { compareShown } from './transactions.ts'
import { sendWrite, settle } from './write.ts'

const MAX_BULK = 40

/** Several at once, one of them bad at times: then a partial bulk leaves it out, an atomic one all. */
export async function createTransactions(client: Client): Promise<void> {
  const { dice, model, people } = client
  const mode = dice.pick(['atomic', 'partial'])
  const items = Array.from({ length: dice.between(2, MAX_BULK) }, () =>
    inventTransaction(dice, dice.pick(people).id, client.newMarker()),
  )
  const bad = dice.chance(0.15) ? dice.below(items.length) : undefined
  const body = {
    mode,
    transactions: items.map((item, index) =>
      index === bad ? { ...item, transaction_amount: '0.00001' } : item,
    ),
  }
  const isKeyed = dice.chance(0.6)
  const isDoomed = mode === 'atomic' && bad !== undefined
  const changes = items.filter((_, index) => index !== bad).map(newTransaction)
  const started = model.start('bulkCreateTransactions', isDoomed ? [] : changes)
  const outcome = await sendWrite(client, {
    request: {
      method: 'POST',
      path: '/v1/transactions/bulk',
      body,
      headers: isKeyed ? keyOf(client.newMarker()) : {},
    },
    repeats: isKeyed,
    mayRefuse: (answer) => isDoomed && answer.status === 422,
  })
  settle(client, started, outcome)
  if (outcome.kind !== 'done' || outcome.answer === undefined) return
  if (isDoomed) contradicts(client, 'wrong answer', 'an atomic bulk with a bad item was taken')
  const { results } = outcome.answer.body as {
    readonly results: readonly {
      readonly transaction?: SentTransaction & { readonly id: number }
    }[]
  }
  const stored = results.flatMap(({ transaction }) => (transaction ? [transaction] : []))
  if (stored.length !== changes.length) {
    contradicts(client, 'wrong answer', `a bulk told of ${stored.length} for ${changes.length}`)
  }
  for (const shown of stored) {
    const entry = model.entry('transaction', shown.description)
    if (entry === undefined) continue
    entry.id = shown.id
    compareShown(client, entry, shown)
  }
}
