import { useState } from 'preact/hooks'
import {
  getWebhookEndpoint,
  listWebhookDeliveries,
  redeliverWebhook,
  type WebhookDelivery,
} from '#sdk'
import { client } from '../../app/client.ts'
import { formatTime } from '../../app/format.ts'
import type { PageProps } from '../../app/pages.tsx'
import { linkTo } from '../../app/route.ts'
import { useAction } from '../../app/use-action.ts'
import { useLoad } from '../../app/use-load.ts'
import { Badge } from '../../ui/badge.tsx'
import { ChoiceField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { ProblemNote } from '../../ui/problem.tsx'
import { Table } from '../../ui/table.tsx'

const PER_PAGE = 25
const STATES = [
  ['', 'All'],
  ['pending', 'Pending'],
  ['delivered', 'Delivered'],
  ['failed', 'Failed'],
] as const

/** What came of the last attempt of a delivery. */
function lastAttempt({ attempts }: WebhookDelivery): string {
  const last = attempts.at(-1)
  if (last === undefined) return ''
  return `${last.status ?? last.error ?? ''} after ${last.duration_ms} ms`
}

/** One webhook endpoint and its deliveries. */
export function WebhookPage({ path }: PageProps) {
  const id = Number(path[1])
  const [status, setStatus] = useState('')
  const [page, setPage] = useState(1)
  const endpoint = useLoad((signal) => getWebhookEndpoint({ client, signal, path: { id } }), [id])
  const deliveries = useLoad(
    (signal) =>
      listWebhookDeliveries({
        client,
        signal,
        path: { id },
        query: {
          page,
          per_page: PER_PAGE,
          ...(status !== '' && { status: status as WebhookDelivery['status'] }),
        },
      }),
    [id, status, page],
  )
  const again = useAction(async (did: number) => {
    await redeliverWebhook({ client, path: { id, did } })
    deliveries.reload()
  })
  return (
    <Page title={endpoint.data?.url ?? 'Webhook'}>
      <p>
        <a href={linkTo('operations')}>Back to operations</a>
      </p>
      <ProblemNote error={endpoint.error ?? again.error} />
      <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        <ChoiceField
          label="Deliveries"
          value={status}
          onValue={(value) => {
            setStatus(value)
            setPage(1)
          }}
          choices={STATES}
        />
      </form>
      <Loaded from={deliveries}>
        {(rows) => (
          <>
            <Table
              caption="Deliveries"
              rows={rows}
              keyOf={(each) => each.id}
              empty="Nothing was sent."
              columns={[
                { title: 'When', cell: ({ created_at }) => formatTime(created_at) },
                { title: 'Event', cell: ({ type }) => <code>{type}</code> },
                { title: 'State', cell: (each) => <Badge state={each.status} /> },
                { title: 'Attempts', cell: (each) => each.attempt_count, isFigure: true },
                { title: 'Last attempt', cell: lastAttempt },
                {
                  title: 'Action',
                  cell: (each) => (
                    <button type="button" class="plain" onClick={() => void again.run(each.id)}>
                      Send again<span class="unseen"> delivery {each.id}</span>
                    </button>
                  ),
                },
              ]}
            />
            <Pager page={page} hasMore={rows.length === PER_PAGE} onPage={setPage} />
          </>
        )}
      </Loaded>
    </Page>
  )
}
