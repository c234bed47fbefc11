import type { Dice } from '../chaos/dice.ts'
import { type ChaosCurrency, CURRENCIES, fromMinor } from '../chaos/model/figures.ts'

/** What is done to a transaction after it was created, with its amount from then on. */
export interface PlannedChange {
  readonly type: 'transaction.created' | 'transaction.updated' | 'transaction.deleted'
  readonly amount: string
}

/** A transaction, and all that is done to it in turn. */
export interface PlannedTransaction {
  /** Which of the users it belongs to, counted from 0. */
  readonly user: number
  readonly transaction_date: string
  readonly transaction_type: 'credit' | 'debit'
  readonly currency: ChaosCurrency
  readonly changes: readonly PlannedChange[]
}

/** When to kill which processes. */
export interface Moment {
  /** So many acknowledged writes come before. */
  readonly after: number
  readonly kind: (typeof KINDS)[number]
  /** Which process of its kind, counted from 0, where it is one. */
  readonly index: number
}

export interface Plan {
  readonly transactions: readonly PlannedTransaction[]
  readonly moments: readonly Moment[]
}

interface Size {
  readonly transactions: number
  readonly moments: number
  readonly users: number
  /** Processes of each kind. */
  readonly processes: number
}

const KINDS = ['an API process', 'a worker', 'all processes'] as const
const UPDATED = 0.25
const DELETED = 0.15
const MAX_UPDATES = 2
const FIRST_DAY = Date.UTC(2026, 0, 1)
const DAYS = 300
const DAY_MS = 86_400_000
const MAX_MINOR = 1_000_000

function planTransaction(dice: Dice, users: number): PlannedTransaction {
  const currency = dice.pick(Object.keys(CURRENCIES) as ChaosCurrency[])
  const newAmount = () => fromMinor(BigInt(dice.between(1, MAX_MINOR)), currency)
  let amount = newAmount()
  const changes: PlannedChange[] = [{ type: 'transaction.created', amount }]
  const updates = dice.chance(UPDATED) ? dice.between(1, MAX_UPDATES) : 0
  for (let update = 0; update < updates; update += 1) {
    amount = newAmount()
    changes.push({ type: 'transaction.updated', amount })
  }
  if (dice.chance(DELETED)) changes.push({ type: 'transaction.deleted', amount })
  return {
    user: dice.below(users),
    transaction_date: new Date(FIRST_DAY + dice.below(DAYS * DAY_MS)).toISOString(),
    transaction_type: dice.pick(['credit', 'debit']),
    currency,
    changes,
  }
}

/** Kinds come in turn, so that a run of three moments has each. */
function planMoments(dice: Dice, { moments, processes }: Size, writes: number): readonly Moment[] {
  const chosen = new Set<number>()
  while (chosen.size < moments) chosen.add(dice.between(1, writes - 1))
  let deck: (typeof KINDS)[number][] = []
  return [...chosen]
    .sort((one, other) => one - other)
    .map((after) => {
      if (deck.length === 0) deck = dice.shuffle(KINDS)
      const kind = deck.pop() as (typeof KINDS)[number]
      return { after, kind, index: dice.below(processes) }
    })
}

/** Plans what is written, and when processes are killed: by the progress of the writes, not by a clock. */
export function planProof(dice: Dice, size: Size): Plan {
  const transactions = Array.from({ length: size.transactions }, () =>
    planTransaction(dice, size.users),
  )
  const writes = transactions.reduce((sum, { changes }) => sum + changes.length, 0)
  return { transactions, moments: planMoments(dice, size, writes) }
}
