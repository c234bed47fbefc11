import { type Alert, updateAlert } from '#sdk'
import { client } from '../app/client.ts'
import { formatAmount, formatCount, formatDate, formatTime, formatWord } from '../app/format.ts'
import { linkTo } from '../app/route.ts'
import { useAction } from '../app/use-action.ts'
import { useNames } from '../app/use-names.ts'
import { Badge } from './badge.tsx'
import { ProblemNote } from './problem.tsx'
import { type ColumnOf, Table } from './table.tsx'

/** What an alert is about, in a sentence. */
function sayWhy(alert: Alert): string {
  const { amount, amount_limit: limit, currency, date, transaction_count: count } = alert
  if (amount !== undefined && limit !== undefined) {
    return `${formatAmount(amount)} ${currency}, over the limit of ${formatAmount(limit)}`
  }
  if (count !== undefined && date !== undefined) {
    return `${formatCount(count)} transactions on ${formatDate(date)}, over ${formatCount(alert.count_limit ?? 0)}`
  }
  return `The score fell from ${alert.previous_score} to ${alert.score}`
}

/** Alerts, with a button that acknowledges them. */
export function AlertTable({
  alerts,
  onChange,
  withUser = false,
}: {
  readonly alerts: readonly Alert[]
  readonly onChange: () => void
  readonly withUser?: boolean
}) {
  const { run, isRunning, error } = useAction(async (id: number) => {
    await updateAlert({ client, path: { id }, body: { status: 'acknowledged' } })
    onChange()
  })
  const names = useNames(withUser ? alerts.map(({ user_id }) => user_id) : [])
  const customer: ColumnOf<Alert> = {
    title: 'Customer',
    cell: ({ user_id }) => (
      <a href={linkTo('customers', user_id)}>
        {[names.get(user_id), `#${user_id}`].filter(Boolean).join(' ')}
      </a>
    ),
  }
  const columns: readonly ColumnOf<Alert>[] = [
    { title: 'When', cell: ({ created_at }) => formatTime(created_at) },
    ...(withUser ? [customer] : []),
    { title: 'Kind', cell: ({ kind }) => formatWord(kind) },
    { title: 'Why', cell: sayWhy },
    { title: 'State', cell: ({ status }) => <Badge state={status} /> },
    {
      title: 'Action',
      cell: ({ id, status, note }) =>
        status === 'open' ? (
          <button type="button" class="plain" disabled={isRunning} onClick={() => void run(id)}>
            Acknowledge<span class="unseen"> alert {id}</span>
          </button>
        ) : (
          note
        ),
    },
  ]
  return (
    <>
      <ProblemNote error={error} />
      <Table
        caption="Alerts"
        columns={columns}
        rows={alerts}
        keyOf={({ id }) => id}
        empty="No alerts."
      />
    </>
  )
}
