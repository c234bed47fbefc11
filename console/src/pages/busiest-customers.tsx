import { listBusiestUsers } from '#sdk'
import { client } from '../app/client.ts'
import { formatCount, formatDate } from '../app/format.ts'
import { linkTo } from '../app/route.ts'
import { useLoad } from '../app/use-load.ts'
import { Loaded } from '../ui/loaded.tsx'
import { Table } from '../ui/table.tsx'

const MAX_SHOWN = 5

/** Who has the most transactions in one currency. */
export function BusiestCustomers() {
  const busiest = useLoad(
    (signal) => listBusiestUsers({ client, signal, query: { limit: MAX_SHOWN } }),
    [],
  )
  return (
    <Loaded from={busiest}>
      {(rows) => (
        <Table
          caption="Busiest customers"
          rows={rows}
          keyOf={({ user_id, currency }) => `${user_id} ${currency}`}
          empty="Nobody has transactions yet."
          columns={[
            {
              title: 'Customer',
              cell: ({ user_id, name }) => <a href={linkTo('customers', user_id)}>{name}</a>,
            },
            {
              title: 'Transactions',
              cell: ({ transaction_count: count }) => formatCount(count),
              isFigure: true,
            },
            { title: 'Currency', cell: ({ currency }) => currency },
            { title: 'Busiest day', cell: ({ busiest_day }) => formatDate(busiest_day.date) },
          ]}
        />
      )}
    </Loaded>
  )
}
