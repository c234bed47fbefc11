import { useEffect, useState } from 'preact/hooks'
import type { User } from '#sdk'
import { formatCount, formatDate } from '../app/format.ts'
import type { PageProps } from '../app/pages.tsx'
import { linkTo, replaceQuery } from '../app/route.ts'
import { useLoad } from '../app/use-load.ts'
import { Loaded } from '../ui/loaded.tsx'
import { Page } from '../ui/page.tsx'
import { type ColumnOf, Table } from '../ui/table.tsx'
import { findCustomers, MIN_LENGTH } from './find-customers.ts'
import { NewCustomer } from './new-customer.tsx'

const COLUMNS: readonly ColumnOf<User>[] = [
  { title: 'Name', cell: ({ id, name }) => <a href={linkTo('customers', id)}>{name}</a> },
  { title: 'Email', cell: ({ email }) => email },
  { title: 'Pincode', cell: ({ pincode }) => pincode, isOptional: true },
  { title: 'Age', cell: ({ age }) => age, isOptional: true, isFigure: true },
  { title: 'Since', cell: ({ created_at }) => formatDate(created_at) },
  { title: 'ID', cell: ({ id }) => id, isFigure: true },
]

/** Customers, found while somebody types. */
export function CustomersPage({ query }: PageProps) {
  const [text, setText] = useState(query.get('q') ?? '')
  const found = useLoad((signal) => findCustomers(text, signal), [text])
  useEffect(() => replaceQuery({ q: text }), [text])
  // A link to this page with other words.
  useEffect(() => setText(query.get('q') ?? ''), [query])

  const [isAdding, setAdding] = useState(false)

  return (
    <Page title="Customers">
      <search class="finder">
        <label for="find">Find by name, email, company, bank or pincode</label>
        <input
          id="find"
          type="search"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          autocomplete="off"
          spellcheck={false}
        />
      </search>
      <div class="actions">
        <button
          type="button"
          class="plain"
          aria-expanded={isAdding}
          onClick={() => setAdding(!isAdding)}
        >
          New customer
        </button>
      </div>
      {isAdding && <NewCustomer />}
      <Loaded from={found}>
        {({ users, hasMore }) => (
          <>
            <p class="muted" role="status">
              {text.trim().length < MIN_LENGTH
                ? 'The newest customers'
                : countOf(users.length, hasMore)}
            </p>
            <Table
              caption="Customers"
              columns={COLUMNS}
              rows={users}
              keyOf={({ id }) => id}
              empty="Nobody is found by this."
            />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function countOf(count: number, hasMore: boolean): string {
  if (hasMore) return `The first ${formatCount(count)}; type more to find fewer`
  return count === 1 ? 'One customer' : `${formatCount(count)} customers`
}
