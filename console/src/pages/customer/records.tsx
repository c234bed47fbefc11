import { type BankAccount, type Employment, listBankAccounts, listEmployments } from '#sdk'
import { client } from '../../app/client.ts'
import { formatDate } from '../../app/format.ts'
import { useLoad } from '../../app/use-load.ts'
import { Loaded } from '../../ui/loaded.tsx'
import { Part } from '../../ui/page.tsx'
import { type ColumnOf, Table } from '../../ui/table.tsx'

const PER_PAGE = 100

const day = (date: string | undefined) => date && formatDate(date)

const EMPLOYMENT_COLUMNS: readonly ColumnOf<Employment>[] = [
  { title: 'Company', cell: ({ company_name }) => company_name },
  { title: 'Job', cell: ({ job_title }) => job_title, isOptional: true },
  { title: 'From', cell: ({ start_date }) => day(start_date) },
  { title: 'To', cell: ({ end_date, is_current }) => (is_current ? 'today' : day(end_date)) },
]

/** Where a customer works and worked. */
export function Employments({ userId: id }: { readonly userId: number }) {
  const list = useLoad(
    (signal) => listEmployments({ client, signal, path: { id }, query: { per_page: PER_PAGE } }),
    [id],
  )
  return (
    <Part title="Employment">
      <Loaded from={list}>
        {(rows) => (
          <Table
            caption="Employments"
            columns={EMPLOYMENT_COLUMNS}
            rows={rows}
            keyOf={({ id }) => id}
          />
        )}
      </Loaded>
    </Part>
  )
}

const ACCOUNT_COLUMNS: readonly ColumnOf<BankAccount>[] = [
  { title: 'Bank', cell: ({ bank_name }) => bank_name },
  { title: 'Number', cell: ({ account_number }) => <code>{account_number}</code> },
  { title: 'IFSC', cell: ({ ifsc_code }) => ifsc_code, isOptional: true },
  { title: 'Type', cell: ({ account_type }) => account_type, isOptional: true },
  { title: 'Primary', cell: ({ is_primary }) => (is_primary ? 'Yes' : '') },
]

/** A customer's bank accounts; their numbers are masked by the service. */
export function BankAccounts({ userId: id }: { readonly userId: number }) {
  const list = useLoad(
    (signal) => listBankAccounts({ client, signal, path: { id }, query: { per_page: PER_PAGE } }),
    [id],
  )
  return (
    <Part title="Bank accounts">
      <Loaded from={list}>
        {(rows) => (
          <Table
            caption="Bank accounts"
            columns={ACCOUNT_COLUMNS}
            rows={rows}
            keyOf={({ id }) => id}
          />
        )}
      </Loaded>
    </Part>
  )
}
