import { NOTHING } from '../model/figures.ts'
import { type Entry, mayBe } from '../model/model.ts'
import { type Client, contradicts } from './client.ts'
import { read } from './read.ts'
import { inventUser, keyOf, newUser, type SentUser, userContent } from './records.ts'
import { isProblem, write } from './write.ts'

const USERS = '/v1/users'
const MAX_PEOPLE = 40
const MIN_PEOPLE = 12

function takeIn(client: Client, entry: Entry | undefined, id: number, name: string): void {
  if (entry === undefined) return
  entry.id = id
  if (client.people.length < MAX_PEOPLE) {
    client.people.push({ id, entry, name, loads: 0, base: () => NOTHING })
  }
}

function compareShown(client: Client, entry: Entry, shown: SentUser): void {
  if (mayBe(entry, userContent(shown)) && shown.email === entry.marker) return
  contradicts(client, 'wrong answer', `user ${entry.id} is not shown as stored`)
}

export async function createUser(client: Client): Promise<void> {
  const { dice } = client
  const marker = client.newMarker()
  const sent = inventUser(dice, marker)
  const done = await write(client, 'createUser', [newUser(sent)], {
    request: {
      method: 'POST',
      path: USERS,
      body: sent,
      headers: dice.chance(0.5) ? keyOf(marker) : {},
    },
    repeats: true,
    wasDone: isProblem(409, 'email_taken'),
  })
  const [entry] = done?.write.entries ?? []
  if (done?.answer.status !== 201 || entry === undefined) return
  compareShown(client, entry, done.answer.body)
  takeIn(client, entry, done.answer.body.id, sent.name)
}

export async function createUsers(client: Client): Promise<void> {
  const { dice } = client
  const users = Array.from({ length: dice.between(2, 6) }, () =>
    inventUser(dice, client.newMarker()),
  )
  const done = await write(client, 'bulkCreateUsers', users.map(newUser), {
    request: {
      method: 'POST',
      path: `${USERS}/bulk`,
      body: { mode: 'atomic', users },
      headers: keyOf(client.newMarker()),
    },
    repeats: true,
  })
  const { results = [] } = done?.answer.body ?? {}
  for (const [index, { user }] of results.entries()) {
    const entry = done?.write.entries[index]
    if (entry) takeIn(client, entry, user.id, user.name)
  }
}

export async function readUser(client: Client): Promise<void> {
  const { dice, gone, people } = client
  if (gone.length > 0 && dice.chance(0.2)) {
    const id = dice.pick(gone)
    const path = dice.pick([`${USERS}/${id}`, `${USERS}/${id}/analytics`])
    await read(client, path, [404])
    return
  }
  const person = dice.pick(people)
  const answer = await read(client, `${USERS}/${person.id}`)
  if (answer) compareShown(client, person.entry, answer.body)
}

export async function updateUser(client: Client): Promise<void> {
  const changeable = client.people.filter((person) => !person.entry.retired)
  if (changeable.length === 0) return
  const { entry } = client.dice.pick(changeable)
  const [before] = entry.states
  if (before === undefined) return
  const path = `${USERS}/${entry.id}`
  const shown = await read(client, path)
  if (shown === undefined) return
  const age = client.dice.between(18, 99)
  const { kind, marker } = entry
  const done = await write(client, 'updateUser', [{ kind, marker, to: { ...before, age } }], {
    request: {
      method: 'PUT',
      path,
      body: { age },
      headers: { 'if-match': shown.headers.get('etag') ?? '' },
    },
    repeats: false,
  })
  if (done) compareShown(client, entry, done.answer.body)
}

/** With everything that is theirs. */
export async function deleteUser(client: Client): Promise<void> {
  const { dice, gone, model, people } = client
  const removable = people.filter(({ loads, entry }) => loads === 0 && !entry.retired)
  if (people.length <= MIN_PEOPLE || removable.length === 0) return
  const person = dice.pick(removable)
  const theirs = [person.entry, ...model.belongings(person.id)]
  const changes = theirs.map(({ kind, marker, userId }) => ({
    kind,
    marker,
    userId,
    to: undefined,
  }))
  people.splice(people.indexOf(person), 1)
  const done = await write(client, 'deleteUser', changes, {
    request: { method: 'DELETE', path: `${USERS}/${person.id}` },
    repeats: false,
  })
  if (done) gone.push(person.id)
}

const MAX_COUNT = 999_999

/** Counts somebody up whom all write for: with If-Match nobody's step may get lost. */
export async function countUp(client: Client): Promise<void> {
  const person = client.dice.pick(client.shared)
  const path = `${USERS}/${person.id}`
  const least = person.counted
  const shown = await read(client, path)
  if (shown === undefined) return
  const count = Number(shown.body.pincode)
  if (count < least || count > MAX_COUNT) {
    contradicts(client, 'stale read', `user ${person.id} counted ${count}, ${least} were made`)
  }
  const outcome = await client.send({
    method: 'PUT',
    path,
    body: { pincode: String(count + 1).padStart(6, '0') },
    headers: { 'if-match': shown.headers.get('etag') ?? '' },
  })
  if (outcome.kind === 'unsent') return
  const status = outcome.kind === 'answered' ? outcome.answer.status : 0
  if (status === 200) {
    person.counted += 1
    client.statistics.acknowledged += 1
  } else if (status === 412) client.statistics.refused += 1
  else {
    person.countedMaybe += 1
    client.statistics.unknown += 1
    if (status > 0 && status < 500) {
      contradicts(client, 'refusal that nothing explains', `PUT ${path} answered ${status}`)
    }
  }
}
