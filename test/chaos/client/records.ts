import type { Dice } from '../dice.ts'
import type { Content } from '../model/model.ts'
import type { Person } from './client.ts'

/** In names, addresses and account numbers of these clients: what a log must not hold. */
export const PERSONAL = { name: 'Quexley', domain: 'quexley.example', account: 'QX77' } as const

const FROM = Date.UTC(2026, 0, 1)
const DAYS = 60
const DAY_MS = 86_400_000

/** A transaction as it is sent, its description being its marker. */
export interface SentTransaction {
  readonly user_id: number
  readonly transaction_date: string
  readonly transaction_amount: string
  readonly transaction_type: 'credit' | 'debit'
  readonly currency: 'USD' | 'JPY'
  readonly description: string
  readonly reference?: string
}

export function inventTransaction(dice: Dice, userId: number, marker: string): SentTransaction {
  const currency = dice.chance(0.2) ? 'JPY' : 'USD'
  const minor = dice.between(1, 2_000_000)
  return {
    user_id: userId,
    transaction_date: new Date(FROM + dice.below(DAYS * DAY_MS)).toISOString(),
    transaction_amount: currency === 'JPY' ? String(minor) : (minor / 100).toFixed(2),
    transaction_type: dice.chance(0.5) ? 'credit' : 'debit',
    currency,
    description: marker,
    ...(dice.chance(0.5) && { reference: `ref-${marker}` }),
  }
}

/** What of a transaction is compared; its description is its marker. */
export const transactionContent = (
  shown: Omit<SentTransaction, 'description' | 'reference'> & {
    readonly reference?: string | null
  },
): Content => ({
  user: shown.user_id,
  date: shown.transaction_date,
  amount: shown.transaction_amount,
  type: shown.transaction_type,
  currency: shown.currency,
  reference: shown.reference ?? null,
})

/** A user as it is sent, the email address being its marker. */
export interface SentUser {
  readonly name: string
  readonly email: string
  readonly age: number
  readonly pincode: string
}

export const inventUser = (dice: Dice, marker: string): SentUser => ({
  name: `${PERSONAL.name} ${marker}`,
  email: `${marker}@${PERSONAL.domain}`,
  age: dice.between(18, 99),
  pincode: String(dice.between(100_000, 999_999)),
})

export const userContent = (shown: {
  readonly name: string
  readonly age?: number | null
  readonly pincode?: string | null
}): Content => ({ name: shown.name, age: shown.age ?? null, pincode: shown.pincode ?? null })

/** The change of a new transaction. */
export const newTransaction = (sent: SentTransaction) => ({
  kind: 'transaction' as const,
  marker: sent.description,
  userId: sent.user_id,
  to: transactionContent(sent),
})

/** The change of a new user. */
export const newUser = (sent: SentUser) => ({
  kind: 'user' as const,
  marker: sent.email,
  to: userContent(sent),
})

/** A header that makes a request safe to repeat. */
export const keyOf = (marker: string) => ({ 'idempotency-key': `key-${marker}` })

/** Whether a user may be gone. */
export const mayBeGone = ({ entry }: Person): boolean =>
  entry.states.some((state) => state === undefined)
