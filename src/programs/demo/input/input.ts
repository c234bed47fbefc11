/** A user to create. Users are told apart by their email address without regard to case. */
export interface UserInput {
  /** Where it stands in its file, for messages; in a sample its number. */
  readonly line: number
  readonly name: string
  readonly email: string
  readonly age?: number
  readonly pincode?: string
}

/** A transaction to book. */
export interface TransactionInput {
  readonly line: number
  /** In small letters. */
  readonly userEmail: string
  /** Unique among the user's. */
  readonly reference: string
  /** A date, or a date-time with an offset. */
  readonly date: string
  readonly type: 'credit' | 'debit'
  /** A decimal number. */
  readonly amount: string
  readonly currency: string
  readonly description?: string
}

/** Everything the demo loads. */
export interface Input {
  readonly users: readonly UserInput[]
  readonly transactions: readonly TransactionInput[]
}
