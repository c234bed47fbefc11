import { listAlerts } from '#sdk'
import { client } from '../../app/client.ts'
import { useLoad } from '../../app/use-load.ts'
import { AlertTable } from '../../ui/alert-table.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Part } from '../../ui/page.tsx'

/** What staff should look at about a customer. */
export function UserAlerts({ userId }: { readonly userId: number }) {
  const alerts = useLoad(
    (signal) => listAlerts({ client, signal, query: { user_id: userId, per_page: 20 } }),
    [userId],
  )
  return (
    <Part title="Alerts" isWide>
      <Loaded from={alerts}>
        {(data) => <AlertTable alerts={data} onChange={alerts.reload} />}
      </Loaded>
    </Part>
  )
}
