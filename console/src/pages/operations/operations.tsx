import { getReadiness } from '#sdk'
import { client } from '../../app/client.ts'
import { isAdmin, useSession } from '../../app/session.ts'
import { useInterval, useLoad } from '../../app/use-load.ts'
import { Loaded } from '../../ui/loaded.tsx'
import { Page, Part } from '../../ui/page.tsx'
import { Health } from '../overview.tsx'
import { Queues } from './queues.tsx'
import { Webhooks } from './webhooks.tsx'

const REFRESH_MS = 2_000

/** Whether all runs: health, the lag of figures, queues, webhooks. */
export function OperationsPage() {
  const session = useSession()
  const health = useLoad((signal) => getReadiness({ client, signal }), [])
  useInterval(health.reload, REFRESH_MS)
  return (
    <Page title="Operations">
      <div class="parts">
        <Part title="Health">
          <Loaded from={health}>{(data) => <Health health={data} />}</Loaded>
        </Part>
        {isAdmin(session) && <Queues />}
      </div>
      {isAdmin(session) && <Webhooks />}
    </Page>
  )
}
