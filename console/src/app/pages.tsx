import type { ComponentType } from 'preact'
import { AccountPage } from '../pages/account/account.tsx'
import { AlertsPage } from '../pages/alerts.tsx'
import { CustomerPage } from '../pages/customer/customer.tsx'
import { TransactionPage } from '../pages/customer/transaction.tsx'
import { CustomersPage } from '../pages/customers.tsx'
import { DatasetPage } from '../pages/datasets/dataset.tsx'
import { DatasetsPage } from '../pages/datasets/datasets.tsx'
import { GroupsPage } from '../pages/groups.tsx'
import { ImportPage } from '../pages/imports/import.tsx'
import { ImportsPage } from '../pages/imports/imports.tsx'
import { NoPage } from '../pages/no-page.tsx'
import { OperationsPage } from '../pages/operations/operations.tsx'
import { WebhookPage } from '../pages/operations/webhook.tsx'
import { OverviewPage } from '../pages/overview.tsx'
import { TasksPage } from '../pages/tasks.tsx'
import { isStaff, type Session } from './session.ts'

/** What a page is given. */
export interface PageProps {
  readonly path: readonly string[]
  readonly query: URLSearchParams
}

/** An entry of the menu. */
interface MenuEntry {
  /** The first part of the address. */
  readonly name: string
  readonly title: string
  readonly page: ComponentType<PageProps>
  readonly isFor?: (session: Session) => boolean
}

const ENTRIES: readonly MenuEntry[] = [
  { name: '', title: 'Overview', page: OverviewPage },
  { name: 'customers', title: 'Customers', page: CustomersPage, isFor: isStaff },
  { name: 'alerts', title: 'Alerts', page: AlertsPage, isFor: isStaff },
  { name: 'imports', title: 'Imports', page: ImportsPage, isFor: isStaff },
  { name: 'datasets', title: 'Datasets', page: DatasetsPage, isFor: isStaff },
  { name: 'groups', title: 'Groups', page: GroupsPage, isFor: isStaff },
  { name: 'tasks', title: 'Tasks', page: TasksPage },
  { name: 'operations', title: 'Operations', page: OperationsPage, isFor: isStaff },
  { name: 'account', title: 'Account', page: AccountPage },
]

export const linksFor = (session: Session): readonly MenuEntry[] =>
  ENTRIES.filter(({ isFor }) => isFor?.(session) ?? true)

/** Pages of one record, which the menu does not name. */
const RECORD_PAGES: Readonly<Record<string, ComponentType<PageProps>>> = {
  customers: CustomerPage,
  datasets: DatasetPage,
  imports: ImportPage,
  webhooks: WebhookPage,
}

function recordPage([name = '', id, part, partId]: readonly string[]) {
  if (name === 'customers' && part === 'transactions' && partId) return TransactionPage
  return id ? RECORD_PAGES[name] : undefined
}

/** The page at an address. */
export function PageOf({ session, ...props }: PageProps & { readonly session: Session }) {
  const [name = '', ...more] = props.path
  const entry = more.length === 0 && linksFor(session).find((each) => each.name === name)
  const Found = recordPage(props.path) ?? (entry ? entry.page : NoPage)
  return <Found {...props} />
}
