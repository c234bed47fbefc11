import { type DailyAnalytics, getUserDailyAnalytics, listUserTransactions } from '#sdk'
import { client } from '../../app/client.ts'
import { formatAmount, formatCount, formatDate, formatMonth } from '../../app/format.ts'
import { useLoad } from '../../app/use-load.ts'
import { CalendarChart } from '../../charts/calendar-chart.tsx'
import { Figure } from '../../charts/figure.tsx'
import { type Month, MonthsChart } from '../../charts/months-chart.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Part } from '../../ui/page.tsx'
import { type ColumnOf, Table } from '../../ui/table.tsx'
import { byMonth, MONTHS, monthsBefore } from './months.ts'

/** The figures of the months up to a customer's latest transaction. */
async function loadDays(id: number, currency: string, signal: AbortSignal) {
  const latest = await listUserTransactions({
    client,
    signal,
    path: { id },
    query: { currency, per_page: 1 },
  })
  const to = latest.data[0]?.transaction_date.slice(0, 10)
  if (to === undefined) return { data: [] }
  const query = { currency, from: monthsBefore(to, MONTHS - 1), to }
  return await getUserDailyAnalytics({ client, signal, path: { id }, query })
}

/** Months as bars, and days as a calendar. */
export function Days({ userId, currency }: { readonly userId: number; readonly currency: string }) {
  const days = useLoad((signal) => loadDays(userId, currency, signal), [userId, currency])
  return (
    <>
      <Part title="Months" isWide>
        <Loaded from={days}>
          {(data) => <Months months={byMonth(data)} currency={currency} />}
        </Loaded>
      </Part>
      <Part title="Days" isWide>
        <Loaded from={days}>{(data) => <Calendar days={data} />}</Loaded>
      </Part>
    </>
  )
}

const MONTH_COLUMNS: readonly ColumnOf<Month>[] = [
  { title: 'Month', cell: ({ month }) => formatMonth(month) },
  { title: 'Credits', cell: ({ credit }) => formatAmount(credit), isFigure: true },
  { title: 'Debits', cell: ({ debit }) => formatAmount(debit), isFigure: true },
]

function Months({
  months,
  currency,
}: {
  readonly months: readonly Month[]
  readonly currency: string
}) {
  const [first, last] = [months[0]?.month, months.at(-1)?.month]
  if (first === undefined || last === undefined) return <p class="muted">No transactions yet.</p>
  return (
    <>
      <p class="legend">
        <span class="credit">Credits</span> <span class="debit">Debits</span>
        <small>{currency}</small>
      </p>
      <Figure
        says={`Credits and debits of each month from ${formatMonth(first)} to ${formatMonth(last)}`}
        table={
          <Table
            caption="Credits and debits by month"
            columns={MONTH_COLUMNS}
            rows={months}
            keyOf={({ month }) => month}
          />
        }
      >
        {(width) => <MonthsChart months={months} width={width} />}
      </Figure>
    </>
  )
}

const DAY_COLUMNS: readonly ColumnOf<DailyAnalytics>[] = [
  { title: 'Day', cell: ({ date }) => formatDate(date) },
  {
    title: 'Transactions',
    cell: ({ transaction_count }) => formatCount(transaction_count),
    isFigure: true,
  },
]

/** How many of the busiest days the table has. */
const BUSIEST = 20

function Calendar({ days }: { readonly days: readonly DailyAnalytics[] }) {
  const last = days.at(-1)
  if (last === undefined) return <p class="muted">No transactions yet.</p>
  const counts = new Map(days.map((day) => [day.date, day.transaction_count]))
  const busiest = [...days]
    .sort((a, b) => b.transaction_count - a.transaction_count || (a.date < b.date ? 1 : -1))
    .slice(0, BUSIEST)
  const first = busiest[0] ?? last
  return (
    <Figure
      says={`Transactions of each day up to ${formatDate(last.date)}. The busiest day is ${formatDate(first.date)} with ${formatCount(first.transaction_count)}.`}
      table={
        <Table
          caption="The busiest days"
          columns={DAY_COLUMNS}
          rows={busiest}
          keyOf={({ date }) => date}
        />
      }
    >
      {(width) => <CalendarChart counts={counts} last={last.date} width={width} />}
    </Figure>
  )
}
