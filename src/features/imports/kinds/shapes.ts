/** The fields of a kind of record. */
export interface RecordShape {
  /** Groups of fields. The file needs exactly one field of each group. */
  readonly required: readonly (readonly string[])[]
  readonly optional: readonly string[]
}

/** The columns of a file of users. */
export const USER_SHAPE: RecordShape = {
  required: [['name'], ['email']],
  optional: [
    'age',
    'pincode',
    'company_name',
    'job_title',
    'bank_name',
    'account_number',
    'ifsc_code',
  ],
}

const OWNER = ['user_id', 'user_email']
const OPTIONAL = ['full_name', 'currency', 'description', 'reference']

/** The columns of a file of transactions whose amounts are in one column. */
const TRANSACTION_SHAPE: RecordShape = {
  required: [OWNER, ['transaction_date'], ['transaction_amount']],
  optional: ['transaction_type', ...OPTIONAL],
}

/** The columns of a file of transactions that has debits and credits in two columns. */
const SPLIT_SHAPE: RecordShape = {
  required: [OWNER, ['transaction_date'], ['debit'], ['credit']],
  optional: OPTIONAL,
}

/** The shape of a file of transactions that has these fields. */
export const transactionShape = (fields: readonly string[]): RecordShape =>
  fields.includes('debit') || fields.includes('credit') ? SPLIT_SHAPE : TRANSACTION_SHAPE

const namesOf = ({ required, optional }: RecordShape) => [...required.flat(), ...optional]

/** All fields of a kind, by its name. */
export const FIELDS_OF_KIND: Readonly<Record<'users' | 'transactions', readonly string[]>> = {
  users: namesOf(USER_SHAPE),
  transactions: [...new Set([TRANSACTION_SHAPE, SPLIT_SHAPE].flatMap(namesOf))],
}

/** Fields with amounts. They are written alike in a file. */
export const AMOUNT_FIELDS: readonly string[] = ['transaction_amount', 'debit', 'credit']

/** Fields in which words such as `NULL` and `-` mean nothing. In others they are words. */
export const TYPED_FIELDS: readonly string[] = [
  'user_id',
  'age',
  'transaction_date',
  'transaction_type',
  'currency',
  ...AMOUNT_FIELDS,
]
