import type { Prisma } from '../../database/client.ts'
import { errorAt, type FieldError, inBody, invalid, type Place } from '../../errors.ts'
import type { TransactionCreate, TransactionUpdate } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { minorDigits, replacementOf } from '../../lib/currencies.ts'
import { hex } from '../../lib/hex.ts'
import { checkAmount, type Money, money } from '../../lib/money.ts'
import { decryptFullName, encryptFullName } from './full-names.ts'

export type TransactionRow = Prisma.TransactionGetPayload<object>

/** A transaction with its fields decrypted. */
export type TransactionRecord = Omit<
  TransactionRow,
  'fullName' | 'amount' | 'type' | 'requestId' | 'actorId'
> & {
  readonly fullName: string
  readonly amount: Money
  readonly type: TransactionCreate['transaction_type']
}

/** A transaction before it is stored: without id and times. */
export type TransactionDraft = Omit<TransactionRecord, 'id' | 'createdAt' | 'updatedAt'>

/** Who makes a change, and in which request. The versions of a transaction tell both. */
export interface Author {
  readonly caller: Caller
  readonly requestId: string
}

const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z')
const LATEST = Date.parse('9999-12-31T23:59:59.999Z')

export function decryptTransaction(crypto: FieldCrypto, row: TransactionRow): TransactionRecord {
  const { requestId: _request, actorId: _actor, ...rest } = row
  return {
    ...rest,
    fullName: decryptFullName(crypto, row.userId, hex(row.fullName)),
    amount: money(row.amount),
    type: row.type as TransactionRecord['type'],
  }
}

/** Whether a value is a time in milliseconds that a transaction may have. */
export const isStorable = (time: unknown): time is number =>
  Number.isInteger(time) && Number(time) >= EARLIEST && Number(time) <= LATEST

/** Parses a time in the years 1 to 9999 UTC. A date means its midnight UTC. */
export function checkDate(text: string, place: Place): Date | FieldError {
  const time = Date.parse(text)
  return isStorable(time)
    ? new Date(time)
    : errorAt(place, 'date', 'must be a date or a date-time in the years 1 to 9999 UTC')
}

/** Checks a currency to look for, which may be a retired one. */
export const checkCurrency = (currency: string, place: Place): FieldError | undefined =>
  minorDigits(currency) === undefined
    ? errorAt(place, 'currency', 'is not an ISO 4217 currency: send a code such as USD')
    : undefined

/** Checks the currency of a booking. A transaction keeps a currency that was retired later. */
function checkBooked(currency: string, stored: string | undefined): FieldError | undefined {
  const place = inBody('/currency')
  const replacement = replacementOf(currency)
  return replacement === undefined || currency === stored
    ? checkCurrency(currency, place)
    : errorAt(place, 'currency_retired', `is no longer a currency: send ${replacement}`)
}

const isError = (value: unknown): value is FieldError =>
  typeof value === 'object' && value !== null && 'message' in value

/**
 * Checks that date, amount and currency fit together. Fields that were not sent come from `stored`.
 */
function checkTogether(
  sent: TransactionUpdate,
  stored: { readonly currency: string; readonly amount?: Money; readonly date?: Date },
): { readonly date: Date; readonly amount: Money; readonly currency: string } {
  const currency = sent.currency ?? stored.currency
  const date =
    sent.transaction_date === undefined
      ? stored.date
      : checkDate(sent.transaction_date, inBody('/transaction_date'))
  const amount =
    sent.transaction_amount === undefined && stored.amount
      ? checkAmount(stored.amount.toFixed(), currency, inBody('/currency'))
      : checkAmount(sent.transaction_amount ?? 0, currency, inBody('/transaction_amount'))
  const unbookable = checkBooked(currency, stored.currency)
  const errors = [date, amount, unbookable].filter(isError)
  if (errors.length > 0) throw invalid(errors)
  return { date: date as Date, amount: amount as Money, currency }
}

/**
 * Makes a draft from a request to create a transaction.
 *
 * @param user the owner, whose name is the default of `full_name`
 * @throws AppError 422 when date, amount or currency are invalid
 */
export function draftTransaction(
  input: TransactionCreate,
  user: { readonly id: bigint; readonly name: string },
  defaultCurrency: string,
): TransactionDraft {
  return {
    userId: user.id,
    fullName: input.full_name ?? user.name,
    ...checkTogether(input, { currency: defaultCurrency }),
    type: input.transaction_type,
    description: input.description ?? null,
    reference: input.reference ?? null,
  }
}

/** Applies changes to a stored transaction. @throws AppError 422 when the result is invalid */
export function changeTransaction(
  stored: TransactionRecord,
  changes: TransactionUpdate,
): TransactionDraft {
  const { description, reference } = changes
  return {
    userId: stored.userId,
    fullName: changes.full_name ?? stored.fullName,
    ...checkTogether(changes, stored),
    type: changes.transaction_type ?? stored.type,
    description: description === undefined ? stored.description : description,
    reference: reference === undefined ? stored.reference : reference,
  }
}

/** Encrypts a draft into the columns that store it. @param by who writes it */
export const toColumns = (crypto: FieldCrypto, draft: TransactionDraft, by: Author) => ({
  ...draft,
  fullName: encryptFullName(crypto, draft.userId, draft.fullName),
  amount: draft.amount.toFixed(),
  requestId: by.requestId,
  actorId: by.caller.id,
})
