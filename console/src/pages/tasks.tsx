import { useState } from 'preact/hooks'
import { createTask, deleteTask, listTasks, type Task, updateTask } from '#sdk'
import { client } from '../app/client.ts'
import { formatDate } from '../app/format.ts'
import { useAction } from '../app/use-action.ts'
import { useLoad } from '../app/use-load.ts'
import { ChoiceField, TextField } from '../ui/field.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Page } from '../ui/page.tsx'
import { Pager } from '../ui/pager.tsx'
import { ProblemNote } from '../ui/problem.tsx'
import { Table } from '../ui/table.tsx'

const PER_PAGE = 25
const STATES = [
  ['pending', 'Pending'],
  ['in_progress', 'In progress'],
  ['completed', 'Completed'],
] as const

/** The caller's own tasks. */
export function TasksPage() {
  const [status, setStatus] = useState('')
  const [page, setPage] = useState(1)
  const tasks = useLoad(
    (signal) =>
      listTasks({
        client,
        signal,
        query: {
          page,
          per_page: PER_PAGE,
          ...(status !== '' && { status: status as Task['status'] }),
        },
      }),
    [status, page],
  )
  return (
    <Page title="Tasks">
      <NewTask onCreated={tasks.reload} />
      <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        <ChoiceField
          label="Show"
          value={status}
          onValue={(value) => {
            setStatus(value)
            setPage(1)
          }}
          choices={[['', 'All'], ...STATES]}
        />
      </form>
      <Loaded from={tasks}>
        {(data) => (
          <>
            <TaskTable tasks={data} onChange={tasks.reload} />
            <Pager page={page} hasMore={data.length === PER_PAGE} onPage={setPage} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function NewTask({ onCreated }: { readonly onCreated: () => void }) {
  const [title, setTitle] = useState('')
  const [due, setDue] = useState('')
  const { run, isRunning, error } = useAction(async () => {
    await createTask({ client, body: { title, ...(due !== '' && { due_date: due }) } })
    setTitle('')
    setDue('')
    onCreated()
  })
  return (
    <form
      class="filters"
      aria-label="New task"
      onSubmit={(event) => {
        event.preventDefault()
        void run()
      }}
    >
      <TextField label="What is to be done" value={title} onValue={setTitle} size={36} required />
      <TextField label="By" type="date" value={due} onValue={setDue} />
      <button type="submit" disabled={isRunning}>
        Add
      </button>
      <ProblemNote error={error} />
    </form>
  )
}

function TaskTable({
  tasks,
  onChange,
}: {
  readonly tasks: readonly Task[]
  readonly onChange: () => void
}) {
  const change = useAction(async (id: number, status: string) => {
    await updateTask({ client, path: { id }, body: { status: status as Task['status'] } })
    onChange()
  })
  const remove = useAction(async (id: number) => {
    await deleteTask({ client, path: { id } })
    onChange()
  })
  return (
    <>
      <ProblemNote error={change.error ?? remove.error} />
      <Table
        caption="Tasks"
        rows={tasks}
        keyOf={({ id }) => id}
        empty="Nothing is to be done."
        columns={[
          { title: 'Task', cell: ({ title }) => title },
          { title: 'By', cell: ({ due_date }) => due_date && formatDate(due_date) },
          {
            title: 'State',
            cell: ({ id, title, status }) => (
              <select
                aria-label={`State of ${title}`}
                value={status}
                onChange={(event) => void change.run(id, event.currentTarget.value)}
              >
                {STATES.map(([value, text]) => (
                  <option key={value} value={value}>
                    {text}
                  </option>
                ))}
              </select>
            ),
          },
          {
            title: 'Action',
            cell: ({ id, title }) => (
              <button type="button" class="plain" onClick={() => void remove.run(id)}>
                Delete<span class="unseen"> {title}</span>
              </button>
            ),
          },
        ]}
      />
    </>
  )
}
