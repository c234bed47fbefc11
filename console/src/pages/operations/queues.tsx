import { type Queues as Counts, getQueues, type QueueState } from '#sdk'
import { client } from '../../app/client.ts'
import { formatCount, formatWord } from '../../app/format.ts'
import { useInterval, useLoad } from '../../app/use-load.ts'
import { Badge } from '../../ui/badge.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Part } from '../../ui/page.tsx'
import { type ColumnOf, Table } from '../../ui/table.tsx'

const REFRESH_MS = 2_000

/** `recomputeStatistics` as Recompute statistics. */
const wordsOf = (job: string) =>
  formatWord(job.replaceAll(/[A-Z]/g, (letter) => ` ${letter}`).toLowerCase())

const count = (state: 'waiting' | 'active' | 'delayed' | 'failed'): ColumnOf<QueueState> => ({
  title: formatWord(state),
  cell: (queue) => (queue[state] === undefined ? '' : formatCount(queue[state])),
  isFigure: true,
})

const QUEUES: readonly ColumnOf<QueueState>[] = [
  { title: 'Queue', cell: ({ name }) => formatWord(name) },
  { title: 'State', cell: ({ status }) => <Badge state={status} /> },
  count('waiting'),
  count('failed'),
  count('active'),
  count('delayed'),
]

const OUTBOX: readonly ColumnOf<Counts['outbox'][number]>[] = [
  { title: 'Work of the outbox', cell: ({ job }) => wordsOf(job) },
  { title: 'Waiting', cell: ({ waiting }) => formatCount(waiting), isFigure: true },
]

/** What waits to be done, as the queues and the outbox count it. */
export function Queues() {
  const queues = useLoad((signal) => getQueues({ client, signal }), [])
  useInterval(queues.reload, REFRESH_MS)
  return (
    <Part title="Queues">
      <Loaded from={queues}>
        {(counts) => (
          <>
            <Table
              caption="Jobs of the queues"
              rows={counts.queues}
              keyOf={({ name }) => name}
              columns={QUEUES}
            />
            <Table
              caption="Work of the outbox"
              rows={counts.outbox}
              keyOf={({ job }) => job}
              columns={OUTBOX}
            />
          </>
        )}
      </Loaded>
    </Part>
  )
}
