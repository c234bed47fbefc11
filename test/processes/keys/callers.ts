/** Requests as callers send them, one after the other, to both processes of an installation. */
import { randomUUID } from 'node:crypto'
import { newAccountNumber } from '../../setup/account-numbers.ts'
import type { Installation, Process } from './installation.ts'

/** A user that was there before the callers. */
export interface Known {
  readonly id: number
  readonly name: string
  readonly email: string
  /** A word that no other name has. */
  readonly word: string
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

export function startCallers(installation: Installation, people: readonly Known[]) {
  const { service, staff, ask } = installation
  const wrong: unknown[] = []
  let running = true
  let count = 0

  function expectStatus(what: string, { status, body }: Answer, wanted: number): void {
    count += 1
    if (status !== wanted) wrong.push([what, status, body])
  }

  async function findAndChange(by: Process, { id, name, email, word }: Known): Promise<void> {
    for (const query of [{ email }, { name }, { q: word }]) {
      const answer = await ask(by, 'listUsers', { query: { ...query, per_page: 100 } })
      expectStatus('listUsers', answer, 200)
      const found = (answer.body as { id: number }[]).some((user) => user.id === id)
      if (!found) wrong.push([Object.keys(query).join(), 'not found', id])
    }
    expectStatus('getUser', await ask(by, 'getUser', { params: { id } }), 200)
    const change = { params: { id }, body: { name, email } }
    expectStatus('updateUser', await ask(by, 'updateUser', change), 200)
  }

  /** Creates a user and an account through one process; the other has to know of both. */
  async function create(by: Process, { email }: Known): Promise<void> {
    const other = by === 'first' ? 'second' : 'first'
    const body = { name: 'Fresh Person', email: `${randomUUID()}@rotation.example` }
    const headers = { 'idempotency-key': randomUUID() }
    const made = await ask(by, 'createUser', { body, headers })
    expectStatus('createUser', made, 201)
    const again = await ask(other, 'createUser', { body, headers })
    expectStatus('createUser again', again, 201)
    if (again.body.id !== made.body.id) wrong.push(['done twice', made.body.id, again.body.id])
    const taken = await ask(other, 'createUser', { body: { ...body, email } })
    expectStatus('createUser taken', taken, 409)
    const account = {
      params: { id: made.body.id },
      body: { bank_name: 'Deccan Bank', account_number: newAccountNumber() },
    }
    expectStatus('createBankAccount', await ask(by, 'createBankAccount', account), 201)
    expectStatus('createBankAccount taken', await ask(other, 'createBankAccount', account), 409)
  }

  async function call(by: Process, number: number): Promise<void> {
    for (let round = 0; running; round += 1) {
      const person = people[(round * 7 + number * 311) % people.length] as Known
      await findAndChange(by, person)
      await create(by, person)
    }
  }

  /** Logs in, one time after the other: names of accounts are under no key, addresses are. */
  async function logIn(): Promise<void> {
    const body = { username: staff.username, password: staff.password }
    while (running) expectStatus('login', await service.call('login', { body }), 200)
  }

  /** Loads files of users, one after the other. */
  async function load(): Promise<void> {
    const { token } = staff
    for (let round = 0; running; round += 1) {
      const rows = Array.from({ length: 200 }, () => `Loaded Person,${randomUUID()}@loaded.example`)
      const { body } = await service.call('createImport', {
        query: { kind: 'users', name: `people_${round}` },
        body: `name,email\n${rows.join('\n')}\n`,
        token,
      })
      const events = await service.call('streamImport', { params: { id: body.id }, token })
      if (!String(events.body).includes('"status":"completed"')) wrong.push(['import', events.body])
    }
  }

  const all = Promise.all([call('first', 0), call('second', 1), call('second', 2), load(), logIn()])
  return {
    /** Ends the callers. @returns what went wrong, and how many answers were checked */
    async stop() {
      running = false
      await all
      return { wrong, count }
    },
  }
}
