import { useState } from 'preact/hooks'
import { type Alert, listAlerts } from '#sdk'
import { client } from '../app/client.ts'
import { useLoad } from '../app/use-load.ts'
import { AlertTable } from '../ui/alert-table.tsx'
import { ChoiceField } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Page } from '../ui/page.tsx'
import { Pager } from '../ui/pager.tsx'

const PER_PAGE = 25
const STATES = [
  ['open', 'Open'],
  ['acknowledged', 'Acknowledged'],
  ['', 'All'],
] as const
const KINDS = [
  ['', 'All'],
  ['large_transaction', 'Large transaction'],
  ['unusual_velocity', 'Unusual velocity'],
  ['score_drop', 'Score drop'],
] as const

/** What staff should look at, of all customers. */
export function AlertsPage() {
  const [status, setStatus] = useState<string>('open')
  const [kind, setKind] = useState('')
  const [page, setPage] = useState(1)
  const alerts = useLoad(
    (signal) =>
      listAlerts({
        client,
        signal,
        query: {
          page,
          per_page: PER_PAGE,
          ...(status !== '' && { status: status as Alert['status'] }),
          ...(kind !== '' && { kind: kind as Alert['kind'] }),
        },
      }),
    [status, kind, page],
  )
  const first = (change: (value: string) => void) => (value: string) => {
    change(value)
    setPage(1)
  }
  return (
    <Page title="Alerts">
      <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        <ChoiceField label="State" value={status} onValue={first(setStatus)} choices={STATES} />
        <ChoiceField label="Kind" value={kind} onValue={first(setKind)} choices={KINDS} />
      </form>
      <Loaded from={alerts}>
        {(data) => (
          <>
            <AlertTable alerts={data} onChange={alerts.reload} withUser />
            <Pager page={page} hasMore={data.length === PER_PAGE} onPage={setPage} />
          </>
        )}
      </Loaded>
    </Page>
  )
}
