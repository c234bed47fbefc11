import type { ComponentType } from 'preact'
import { CustomerPage } from '../pages/customer/customer.tsx'
import { TransactionPage } from '../pages/customer/transaction.tsx'
import { CustomersPage } from '../pages/customers.tsx'
import { ImportPage } from '../pages/imports/import.tsx'
import { ImportsPage } from '../pages/imports/imports.tsx'
import { NoPage } from '../pages/no-page.tsx'
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
  { name: 'customers', title: 'Customers', page: CustomersPage, isFor: isStaff },
  { name: 'imports', title: 'Imports', page: ImportsPage, isFor: isStaff },
]

export const linksFor = (session: Session): readonly MenuEntry[] =>
  ENTRIES.filter(({ isFor }) => isFor?.(session) ?? true)

/** Pages of one record, which the menu does not name. */
function recordPage([name, id, part, partId]: readonly string[]) {
  if (name === 'customers' && id && part === 'transactions' && partId) return TransactionPage
  if (name === 'customers' && id) return CustomerPage
  if (name === 'imports' && id) return ImportPage
  return undefined
}

/** The page at an address. */
export function PageOf({ session, ...props }: PageProps & { readonly session: Session }) {
  const [name = '', ...more] = props.path
  const entry = more.length === 0 && linksFor(session).find((each) => each.name === name)
  const Found = recordPage(props.path) ?? (entry ? entry.page : NoPage)
  return <Found {...props} />
}
