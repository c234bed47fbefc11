/** Users one after the other. */
export interface Range {
  readonly first: number
  readonly count: number
}

/** A transaction as all targets take it. */
export interface NewTransaction {
  readonly user_id: number
  readonly full_name: string
  readonly transaction_date: string
  readonly transaction_amount: string
  readonly transaction_type: 'credit' | 'debit'
}

const YEAR_START = Date.UTC(2025, 0, 1)
const YEAR_SECONDS = 365 * 86_400

export const nameOf = (user: number): string => `User ${user} Sample`

/** Invented transactions of random users, of one year. */
export function createTransactions(
  random: () => number,
  { first, count: users }: Range,
  count: number,
): readonly NewTransaction[] {
  const below = (limit: number) => Math.floor(random() * limit)
  return Array.from({ length: count }, () => {
    const user = first + below(users)
    return {
      user_id: user,
      full_name: nameOf(user),
      transaction_date: new Date(YEAR_START + below(YEAR_SECONDS) * 1000).toISOString(),
      transaction_amount: ((100 + below(500_000)) / 100).toFixed(2),
      transaction_type: below(2) === 0 ? 'credit' : 'debit',
    }
  })
}
