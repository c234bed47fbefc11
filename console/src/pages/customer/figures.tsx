import type { Analytics } from '#sdk'
import { formatAmount, formatCount, formatDate } from '../../app/format.ts'
import { Facts } from '../../ui/facts.tsx'
import { ChoiceField } from '../../ui/field.tsx'

/** The figures of a customer in one currency. */
export function Figures({
  figures,
  currencies,
  onCurrency,
}: {
  readonly figures: Analytics
  /** Those to choose from. */
  readonly currencies: readonly string[]
  readonly onCurrency: (currency: string) => void
}) {
  const { currency, busiest_day: busiest, average_transaction_value: average } = figures
  const money = (amount: string) => (
    <>
      {formatAmount(amount)} <small>{currency}</small>
    </>
  )
  return (
    <>
      <Facts
        of={[
          ['Transactions', formatCount(figures.transaction_count)],
          ['Credits', money(figures.total_credit)],
          ['Debits', money(figures.total_debit)],
          ['Net', money(figures.net_total)],
          ['Average', average === null ? 'none yet' : money(average)],
          [
            'Busiest day',
            busiest === null
              ? 'none yet'
              : `${formatDate(busiest.date)}, ${formatCount(busiest.transaction_count)} transactions`,
          ],
        ]}
      />
      {!figures.is_current && <p class="muted">A change is not in these figures yet.</p>}
      {currencies.length > 1 && (
        <ChoiceField
          label="Currency"
          value={currency}
          onValue={onCurrency}
          choices={currencies.map((code) => [code, code])}
        />
      )}
    </>
  )
}
