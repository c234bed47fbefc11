import { ChoiceField, TextField } from '../../ui/field.tsx'

/** Filters of a history; an empty one is not applied. */
export interface Filters {
  readonly from: string
  readonly to: string
  readonly type: string
  readonly currency: string
  readonly min_amount: string
  readonly max_amount: string
}

export const NO_FILTERS: Filters = {
  from: '',
  to: '',
  type: '',
  currency: '',
  min_amount: '',
  max_amount: '',
}

const TYPES = [
  ['', 'All'],
  ['credit', 'Credits'],
  ['debit', 'Debits'],
] as const

export function HistoryFilters({
  filters,
  onFilters,
}: {
  readonly filters: Filters
  readonly onFilters: (filters: Filters) => void
}) {
  const field = (name: keyof Filters) => ({
    value: filters[name],
    onValue: (value: string) => onFilters({ ...filters, [name]: value }),
  })
  return (
    <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <TextField label="From" type="date" {...field('from')} />
      <TextField label="To" type="date" {...field('to')} />
      <ChoiceField label="Type" choices={TYPES} {...field('type')} />
      <TextField label="Currency" size={4} maxlength={3} {...field('currency')} />
      <TextField label="At least" size={8} inputmode="decimal" {...field('min_amount')} />
      <TextField label="At most" size={8} inputmode="decimal" {...field('max_amount')} />
      <button type="button" class="plain" onClick={() => onFilters(NO_FILTERS)}>
        Clear
      </button>
    </form>
  )
}
