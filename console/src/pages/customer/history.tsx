import { useState } from 'preact/hooks'
import { type ListUserTransactionsData, listUserTransactions, type Transaction } from '#sdk'
import { client } from '../../app/client.ts'
import { formatAmount, formatDate } from '../../app/format.ts'
import { linkTo } from '../../app/route.ts'
import { useLoad } from '../../app/use-load.ts'
import { Loaded } from '../../ui/loaded.tsx'
import { Part } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { type ColumnOf, Table } from '../../ui/table.tsx'
import { HistoryFilters, NO_FILTERS } from './history-filters.tsx'

const PER_PAGE = 25

type Query = NonNullable<ListUserTransactionsData['query']>

const COLUMNS: readonly ColumnOf<Transaction>[] = [
  {
    title: 'Date',
    cell: ({ id, user_id, transaction_date }) => (
      <a href={linkTo('customers', user_id, 'transactions', id)}>{formatDate(transaction_date)}</a>
    ),
  },
  { title: 'Description', cell: ({ description }) => description, isOptional: true },
  { title: 'Reference', cell: ({ reference }) => reference, isOptional: true },
  { title: 'Type', cell: ({ transaction_type: type }) => <span class={type}>{type}</span> },
  {
    title: 'Amount',
    isFigure: true,
    cell: ({ transaction_amount, currency }) => (
      <>
        {formatAmount(transaction_amount)} <small>{currency}</small>
      </>
    ),
  },
]

/** A customer's transactions, newest first. */
export function History({ userId: id }: { readonly userId: number }) {
  const [filters, setFilters] = useState(NO_FILTERS)
  const [page, setPage] = useState(1)
  const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ''))
  const list = useLoad(
    (signal) =>
      listUserTransactions({
        client,
        signal,
        path: { id },
        query: { ...(given as Query), page, per_page: PER_PAGE },
      }),
    [id, page, JSON.stringify(given)],
  )
  return (
    <Part title="History" isWide>
      <HistoryFilters
        filters={filters}
        onFilters={(changed) => {
          setFilters(changed)
          setPage(1)
        }}
      />
      <Loaded from={list}>
        {(rows) => (
          <>
            <Table
              caption="Transactions"
              columns={COLUMNS}
              rows={rows}
              keyOf={({ id }) => id}
              empty="No transactions match."
            />
            <Pager page={page} hasMore={rows.length === PER_PAGE} onPage={setPage} />
          </>
        )}
      </Loaded>
    </Part>
  )
}
