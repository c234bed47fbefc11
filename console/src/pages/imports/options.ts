import type { Column, CreateImportData } from '#sdk'

export type Kind = CreateImportData['query']['kind']

/** What somebody says of a file; what is empty is detected. */
export interface ImportOptions {
  readonly kind: Kind
  /** Of the dataset. */
  readonly name: string
  readonly date_order: string
  readonly amounts: string
  readonly delimiter: string
  readonly on_error: string
  /** Whose transactions all rows are. */
  readonly user_id: string
  /** Column of the file to its type, for a dataset. */
  readonly types: Readonly<Record<string, string>>
  /** Field to the column of the file, for users and transactions. */
  readonly fields: Readonly<Record<string, string>>
}

/** The fields of records, in the order of a form. */
export const FIELDS = {
  users: [
    'name',
    'email',
    'age',
    'pincode',
    'company_name',
    'job_title',
    'bank_name',
    'account_number',
    'ifsc_code',
  ],
  transactions: [
    'user_id',
    'user_email',
    'transaction_date',
    'transaction_amount',
    'debit',
    'credit',
    'transaction_type',
    'full_name',
    'currency',
    'description',
    'reference',
  ],
} as const

export const TYPES: readonly Column['type'][] = [
  'integer',
  'numeric',
  'boolean',
  'date',
  'timestamp',
  'timestamptz',
  'uuid',
  'json',
  'text',
]

/** The name of a dataset for a file: `Sales 2026.csv` is sales_2026. */
export function datasetName(fileName: string): string {
  const name = fileName
    .replace(/(\.csv)?(\.gz)?$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_\d]+|_+$/g, '')
  return name || 'dataset'
}

export const optionsFor = (fileName: string): ImportOptions => ({
  kind: 'dataset',
  name: datasetName(fileName),
  date_order: '',
  amounts: '',
  delimiter: '',
  on_error: '',
  user_id: '',
  types: {},
  fields: {},
})

const given = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))

/** The parameters of an import or a preview. */
export function toQuery(options: ImportOptions): CreateImportData['query'] {
  const { kind, name, types, fields, user_id, ...words } = options
  const isDataset = kind === 'dataset'
  const query = {
    kind,
    ...given(words),
    ...(isDataset && { name, type: given(types) }),
    ...(!isDataset && { column: given(fields) }),
    ...(kind === 'transactions' && user_id !== '' && { user_id: Number(user_id) }),
  }
  return query as CreateImportData['query']
}
