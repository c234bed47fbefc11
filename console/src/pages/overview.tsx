import { getReadiness, listAlerts, listImports, type Readiness } from '#sdk'
import { client } from '../app/client.ts'
import { formatSeconds } from '../app/format.ts'
import { isStaff, useSession } from '../app/session.ts'
import { useInterval, useLoad } from '../app/use-load.ts'
import { AlertTable } from '../ui/alert-table.tsx'
import { Badge } from '../ui/badge.tsx'
import { Facts } from '../ui/facts.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Page, Part } from '../ui/page.tsx'
import { Table } from '../ui/table.tsx'
import { BusiestCustomers } from './busiest-customers.tsx'
import { Customer } from './customer/customer.tsx'
import { IMPORT_COLUMNS } from './imports/imports.tsx'

const REFRESH_MS = 5_000

/** What there is to know at first: for staff of the service, for others of themselves. */
export function OverviewPage() {
  const session = useSession()
  return isStaff(session) ? <StaffOverview /> : <Customer id={session.me.id} />
}

function StaffOverview() {
  const health = useLoad((signal) => getReadiness({ client, signal }), [])
  const imports = useLoad((signal) => listImports({ client, signal, query: { per_page: 5 } }), [])
  const alerts = useLoad(
    (signal) => listAlerts({ client, signal, query: { status: 'open', per_page: 10 } }),
    [],
  )
  useInterval(health.reload, REFRESH_MS)
  useInterval(imports.reload, REFRESH_MS)
  return (
    <Page title="Overview">
      <div class="parts">
        <Part title="Service">
          <Loaded from={health}>{(data) => <Health health={data} />}</Loaded>
        </Part>
        <Part title="Busiest customers">
          <BusiestCustomers />
        </Part>
        <Part title="Open alerts" isWide>
          <Loaded from={alerts}>
            {(data) => <AlertTable alerts={data} onChange={alerts.reload} withUser />}
          </Loaded>
        </Part>
        <Part title="Latest imports" isWide>
          <Loaded from={imports}>
            {(data) => (
              <Table
                caption="Latest imports"
                columns={IMPORT_COLUMNS}
                rows={data}
                keyOf={({ id }) => id}
                empty="No file was loaded yet."
              />
            )}
          </Loaded>
        </Part>
      </div>
    </Page>
  )
}

/** The state of the service and of what it needs. */
export function Health({ health }: { readonly health: Readiness }) {
  const { status, dependencies, storage, figures } = health
  const { oldest_change_seconds: lag = 0 } = figures
  return (
    <Facts
      of={[
        ['Service', <Badge key="service" state={status} />],
        ['Database', <Badge key="database" state={dependencies.database.status} />],
        ['Queue', <Badge key="queue" state={dependencies.queue.status} />],
        ['Cache', <Badge key="cache" state={dependencies.cache.status} />],
        ['Storage', <Badge key="storage" state={storage.status} />],
        ['Figures', lag === 0 ? 'Current' : `The oldest change waits for ${formatSeconds(lag)}`],
      ]}
    />
  )
}
