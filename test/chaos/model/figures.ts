import { type Content, type Entry, isThere, type Model } from './model.ts'

/** Sums of a user's transactions of one currency, in its smallest unit. */
export interface Sums {
  readonly count: number
  readonly credit: bigint
  readonly debit: bigint
}

export const NOTHING: Sums = { count: 0, credit: 0n, debit: 0n }

/** The currencies that clients use, with the digits after the point. */
export const CURRENCIES = { USD: 2, JPY: 0 } as const
export type ChaosCurrency = keyof typeof CURRENCIES

/** An amount as the API shows it, in the smallest unit of its currency. */
export const toMinor = (amount: string): bigint => BigInt(amount.replace('.', ''))

export function fromMinor(minor: bigint, currency: ChaosCurrency): string {
  const digits = CURRENCIES[currency]
  if (digits === 0) return String(minor)
  const text = String(minor).padStart(digits + 1, '0')
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** What may be said of a user's figures: the sums of what is there for sure, and what else there may be. */
export interface Expectation {
  readonly certain: Sums
  /** How many more transactions there may be, of which it is not known whether they are. */
  readonly open: number
}

const add = ({ count, credit, debit }: Sums, { amount, type }: Content): Sums => ({
  count: count + 1,
  credit: credit + (type === 'credit' ? toMinor(String(amount)) : 0n),
  debit: debit + (type === 'debit' ? toMinor(String(amount)) : 0n),
})

/** The figures of a user whom one client alone writes for. */
export function expectFigures(
  model: Model,
  base: Sums,
  userId: number,
  currency: ChaosCurrency,
): Expectation {
  const inCurrency = (entry: Entry) =>
    entry.kind === 'transaction' && entry.states.some((state) => state?.['currency'] === currency)
  let certain = base
  let open = 0
  for (const entry of model.belongings(userId).filter(inCurrency)) {
    const [only, ...others] = entry.states
    if (only === undefined || others.length > 0 || !isThere(entry)) open += 1
    else certain = add(certain, only)
  }
  return { certain, open }
}

/** Figures as the API shows them. */
export interface ShownFigures {
  readonly transaction_count: number
  readonly total_credit: string
  readonly total_debit: string
}

/**
 * What contradicts an expectation; undefined when nothing does. Totals are compared when all transactions
 * are known.
 */
export function contradiction(
  { certain, open }: Expectation,
  shown: ShownFigures,
  currency: ChaosCurrency,
): string | undefined {
  const { transaction_count: count, total_credit: credit, total_debit: debit } = shown
  if (count < certain.count || count > certain.count + open) {
    const range = open === 0 ? '' : ` to ${certain.count + open}`
    return `${count} transactions for ${certain.count}${range}`
  }
  if (open > 0) return undefined
  const expected = [fromMinor(certain.credit, currency), fromMinor(certain.debit, currency)]
  if (credit === expected[0] && debit === expected[1]) return undefined
  return `credit ${credit}, debit ${debit} for ${expected.join(', ')}`
}
