import { useState } from 'preact/hooks'
import {
  createWebhookEndpoint,
  listWebhookEndpoints,
  pingWebhookEndpoint,
  updateWebhookEndpoint,
  type WebhookEndpoint,
} from '#sdk'
import { client } from '../../app/client.ts'
import { formatTime } from '../../app/format.ts'
import { linkTo } from '../../app/route.ts'
import { useAction } from '../../app/use-action.ts'
import { useLoad } from '../../app/use-load.ts'
import { Badge } from '../../ui/badge.tsx'
import { TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Part } from '../../ui/page.tsx'
import { ProblemNote } from '../../ui/problem.tsx'
import { Secret } from '../../ui/secret.tsx'
import { Table } from '../../ui/table.tsx'

const stateOf = ({ enabled, failing_since }: WebhookEndpoint): string => {
  if (!enabled) return 'disabled'
  return failing_since === undefined ? 'ok' : 'failed'
}

/** Where events are sent to. */
export function Webhooks() {
  const endpoints = useLoad(
    (signal) => listWebhookEndpoints({ client, signal, query: { per_page: 100 } }),
    [],
  )
  const change = useAction(async (work: Promise<unknown>) => {
    await work
    endpoints.reload()
  })
  return (
    <Part title="Webhooks">
      <ProblemNote error={change.error} />
      <Loaded from={endpoints}>
        {(rows) => (
          <Table
            caption="Webhook endpoints"
            rows={rows}
            keyOf={({ id }) => id}
            empty="Events are sent nowhere."
            columns={[
              { title: 'URL', cell: ({ id, url }) => <a href={linkTo('webhooks', id)}>{url}</a> },
              { title: 'State', cell: (each) => <Badge state={stateOf(each)} /> },
              { title: 'Since', cell: ({ created_at }) => formatTime(created_at) },
              {
                title: 'Action',
                cell: ({ id, enabled }) => (
                  <span class="actions">
                    {enabled && (
                      <button
                        type="button"
                        class="plain"
                        onClick={() =>
                          void change.run(pingWebhookEndpoint({ client, path: { id } }))
                        }
                      >
                        Ping<span class="unseen"> endpoint {id}</span>
                      </button>
                    )}
                    <button
                      type="button"
                      class="plain"
                      onClick={() =>
                        void change.run(
                          updateWebhookEndpoint({
                            client,
                            path: { id },
                            body: { enabled: !enabled },
                          }),
                        )
                      }
                    >
                      {enabled ? 'Disable' : 'Enable'}
                      <span class="unseen"> endpoint {id}</span>
                    </button>
                  </span>
                ),
              },
            ]}
          />
        )}
      </Loaded>
      <NewEndpoint onCreated={endpoints.reload} />
    </Part>
  )
}

function NewEndpoint({ onCreated }: { readonly onCreated: () => void }) {
  const [url, setUrl] = useState('')
  const [secret, setSecret] = useState<string>()
  const { run, isRunning, error } = useAction(async () => {
    const { data } = await createWebhookEndpoint({ client, body: { url } })
    setSecret(data.secret)
    setUrl('')
    onCreated()
  })
  return (
    <form
      class="filters"
      aria-label="New webhook"
      onSubmit={(event) => {
        event.preventDefault()
        void run()
      }}
    >
      <TextField label="Send all events to" type="url" value={url} onValue={setUrl} required />
      <button type="submit" disabled={isRunning}>
        Add
      </button>
      <ProblemNote error={error} />
      {secret && <Secret name="The secret of this webhook" value={secret} />}
    </form>
  )
}
