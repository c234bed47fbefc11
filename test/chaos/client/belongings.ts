import { type Content, isThere, mayBe } from '../model/model.ts'
import { type Client, contradicts } from './client.ts'
import { read } from './read.ts'
import { keyOf, PERSONAL } from './records.ts'
import { isProblem, write } from './write.ts'

/** Tasks of the client's own account. */
const TASKS = '/v1/tasks'
const STATUSES = ['pending', 'in_progress', 'completed']

export async function createTask(client: Client): Promise<void> {
  const title = client.newMarker()
  const status = client.dice.pick(STATUSES)
  const done = await write(
    client,
    'createTask',
    [{ kind: 'task', marker: title, to: { status } }],
    {
      request: {
        method: 'POST',
        path: TASKS,
        body: { title, status },
        headers: keyOf(title),
      },
      repeats: true,
    },
  )
  const [entry] = done?.write.entries ?? []
  if (done && entry) entry.id = done.answer.body.task.id
}

/** Reads one of its tasks, and changes or deletes it. */
export async function changeTask(client: Client): Promise<void> {
  const { dice, model, name } = client
  const tasks = model
    .entries('task')
    .filter(({ marker, id, retired }) => marker.startsWith(`${name}-`) && id && !retired)
    .filter(isThere)
  if (tasks.length === 0) return
  const entry = dice.pick(tasks)
  const path = `${TASKS}/${entry.id}`
  const shown = await read(client, path)
  if (shown && !mayBe(entry, { status: shown.body.status })) {
    contradicts(client, 'stale read', `task ${entry.marker} is ${shown.body.status}`)
  }
  const { kind, marker } = entry
  const to: Content | undefined = dice.chance(0.3) ? undefined : { status: dice.pick(STATUSES) }
  await write(client, to ? 'updateTask' : 'deleteTask', [{ kind, marker, to }], {
    request: to ? { method: 'PUT', path, body: to } : { method: 'DELETE', path },
    repeats: false,
  })
}

/** A current employment: the one before is no longer current. */
export async function createEmployment(client: Client): Promise<void> {
  const { dice, people } = client
  const person = dice.pick(people)
  const marker = client.newMarker()
  const title = `title ${dice.below(100)}`
  await write(
    client,
    'createEmployment',
    [{ kind: 'employment', marker, userId: person.id, to: { user: person.id, title } }],
    {
      request: {
        method: 'POST',
        path: `/v1/users/${person.id}/employments`,
        body: { company_name: marker, job_title: title, is_current: dice.chance(0.5) },
        headers: keyOf(marker),
      },
      repeats: true,
    },
  )
}

/** A number is there once in the system: that makes it safe to repeat. */
export async function createBankAccount(client: Client): Promise<void> {
  const { dice, people } = client
  const person = dice.pick(people)
  const marker = `${PERSONAL.account}${client.newMarker().replaceAll('-', '')}`.toUpperCase()
  const bank = `Bank ${dice.below(20)}`
  await write(
    client,
    'createBankAccount',
    [{ kind: 'bank account', marker, userId: person.id, to: { user: person.id, bank } }],
    {
      request: {
        method: 'POST',
        path: `/v1/users/${person.id}/bank-accounts`,
        body: { bank_name: bank, account_number: marker, is_primary: dice.chance(0.5) },
      },
      repeats: true,
      wasDone: isProblem(409, 'account_number_taken'),
    },
  )
}
