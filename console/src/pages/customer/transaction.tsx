import { listTransactionHistory, type Transaction, type TransactionVersion } from '#sdk'
import { client } from '../../app/client.ts'
import { formatAmount, formatDate, formatTime, formatWord } from '../../app/format.ts'
import type { PageProps } from '../../app/pages.tsx'
import { linkTo } from '../../app/route.ts'
import { useLoad } from '../../app/use-load.ts'
import { Facts } from '../../ui/facts.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page, Part } from '../../ui/page.tsx'
import { type ColumnOf, Table } from '../../ui/table.tsx'

const amountOf = ({ transaction_amount, transaction_type, currency }: Transaction): string =>
  `${formatAmount(transaction_amount)} ${currency} ${transaction_type}`

const COLUMNS: readonly ColumnOf<TransactionVersion>[] = [
  { title: 'When', cell: ({ recorded_at }) => formatTime(recorded_at) },
  { title: 'What', cell: ({ change }) => formatWord(change) },
  { title: 'By account', cell: ({ actor_id }) => actor_id ?? 'a file or program' },
  { title: 'Date', cell: ({ transaction }) => formatDate(transaction.transaction_date) },
  { title: 'Amount', cell: ({ transaction }) => amountOf(transaction), isFigure: true },
  { title: 'Description', cell: ({ transaction }) => transaction.description },
  { title: 'Request', cell: ({ request_id }) => request_id && <code>{request_id}</code> },
]

/** A transaction, and all that it was before. */
export function TransactionPage({ path }: PageProps) {
  const [userId, id] = [Number(path[1]), Number(path[3])]
  const versions = useLoad(
    (signal) => listTransactionHistory({ client, signal, path: { id }, query: { per_page: 100 } }),
    [id],
  )
  const newest = versions.data?.reduce((last, each) => (each.id > last.id ? each : last))
  return (
    <Page title={`Transaction ${id}`}>
      <p>
        <a href={linkTo('customers', userId)}>Back to the customer</a>
      </p>
      <Loaded from={versions}>
        {(rows) => (
          <>
            {newest && <Now version={newest} />}
            <Part title="Its past">
              <Table caption="Versions" columns={COLUMNS} rows={rows} keyOf={({ id }) => id} />
            </Part>
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Now({ version: { change, transaction } }: { readonly version: TransactionVersion }) {
  const { full_name, transaction_date, description, reference } = transaction
  return (
    <Part title={change === 'deleted' ? 'Before it was deleted' : 'Now'}>
      <Facts
        of={[
          ['Amount', amountOf(transaction)],
          ['Date', formatDate(transaction_date)],
          ['Name', full_name],
          ['Description', description],
          ['Reference', reference],
        ]}
      />
    </Part>
  )
}
