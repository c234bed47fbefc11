import type { Column } from '#sdk'
import { formatWord } from '../../app/format.ts'
import { ChoiceField, TextField } from '../../ui/field.tsx'
import { FIELDS, type ImportOptions, type Kind } from './options.ts'

const KINDS = [
  ['dataset', 'A dataset of its own'],
  ['transactions', 'Transactions'],
  ['users', 'Customers'],
] as const
const DATE_ORDERS = [
  ['', 'As detected'],
  ['dmy', 'Day, month, year'],
  ['mdy', 'Month, day, year'],
  ['ymd', 'Year, month, day'],
] as const
const AMOUNTS = [
  ['', 'Plain'],
  ['accounting', 'As accountants write them'],
] as const
const DELIMITERS = [
  ['', 'As detected'],
  [',', 'Comma'],
  [';', 'Semicolon'],
  ['\t', 'Tab'],
  ['|', 'Bar'],
] as const
const ON_ERROR = [
  ['', 'Leave it out'],
  ['abort', 'Load nothing'],
] as const

/** Options that are one word each. */
type Word = 'name' | 'user_id' | 'date_order' | 'amounts' | 'delimiter' | 'on_error'

/** What somebody may say of a file. */
export function ImportForm({
  options,
  columns,
  onOptions,
}: {
  readonly options: ImportOptions
  /** Of the file. */
  readonly columns: readonly Column[]
  readonly onOptions: (options: ImportOptions) => void
}) {
  const field = (name: Word) => ({
    value: options[name],
    onValue: (value: string) => onOptions({ ...options, [name]: value }),
  })
  return (
    <form class="filters" aria-label="How to read the file" onSubmit={(e) => e.preventDefault()}>
      <ChoiceField
        label="Becomes"
        value={options.kind}
        onValue={(kind) => onOptions({ ...options, kind: kind as Kind })}
        choices={KINDS}
      />
      {options.kind === 'dataset' && <TextField label="Name" {...field('name')} />}
      {options.kind === 'transactions' && (
        <TextField label="All of the customer with ID" size={8} {...field('user_id')} />
      )}
      <ChoiceField label="Dates" choices={DATE_ORDERS} {...field('date_order')} />
      <ChoiceField label="Amounts" choices={AMOUNTS} {...field('amounts')} />
      <ChoiceField label="Delimiter" choices={DELIMITERS} {...field('delimiter')} />
      <ChoiceField label="A row that does not fit" choices={ON_ERROR} {...field('on_error')} />
      {options.kind !== 'dataset' && (
        <FieldColumns
          names={FIELDS[options.kind]}
          options={options}
          columns={columns}
          onOptions={onOptions}
        />
      )}
    </form>
  )
}

/** Which column of the file is which field. */
function FieldColumns({
  names,
  options,
  columns,
  onOptions,
}: {
  readonly names: readonly string[]
  readonly options: ImportOptions
  readonly columns: readonly Column[]
  readonly onOptions: (options: ImportOptions) => void
}) {
  const choices = [
    ['', 'Column of this name'] as const,
    ...columns.map(({ name, source_name: source }) => [source ?? name, source ?? name] as const),
  ]
  return (
    <fieldset>
      <legend>Columns of the file</legend>
      {names.map((name) => (
        <ChoiceField
          key={name}
          label={formatWord(name)}
          choices={choices}
          value={options.fields[name] ?? ''}
          onValue={(column) =>
            onOptions({ ...options, fields: { ...options.fields, [name]: column } })
          }
        />
      ))}
    </fieldset>
  )
}
