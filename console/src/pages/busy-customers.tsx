import { listAlerts } from '#sdk'
import { client } from '../app/client.ts'
import { formatCount, formatDate } from '../app/format.ts'
import { linkTo } from '../app/route.ts'
import { useLoad } from '../app/use-load.ts'
import { Loaded } from '../ui/loaded.tsx'
import { Table } from '../ui/table.tsx'

/** Customers who had far more transactions on a day than usual, the latest first. */
export function BusyCustomers() {
  const alerts = useLoad(
    (signal) => listAlerts({ client, signal, query: { kind: 'unusual_velocity', per_page: 5 } }),
    [],
  )
  return (
    <Loaded from={alerts}>
      {(rows) => (
        <Table
          caption="Unusually busy customers"
          rows={rows}
          keyOf={({ id }) => id}
          empty="Nobody was."
          columns={[
            {
              title: 'Customer',
              cell: ({ user_id }) => <a href={linkTo('customers', user_id)}>{user_id}</a>,
            },
            { title: 'Day', cell: ({ date }) => date && formatDate(date) },
            {
              title: 'Transactions',
              cell: ({ transaction_count: count }) => formatCount(count ?? 0),
              isFigure: true,
            },
          ]}
        />
      )}
    </Loaded>
  )
}
