import { type OperationId, operations } from '../../src/generated/operations.ts'
import type { Role } from '../../src/generated/schemas.ts'
import { createAccessToken } from '../setup/access-token.ts'
import { hashOfPassword } from '../setup/password.ts'
import type { Passbook } from './passbook.ts'

/** How many users there are of each kind that requests are about. */
export const PEOPLE = 20
const HISTORY = 60
const TO_DELETE = 400

/** A request as it is sent. */
export interface Sending {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly payload?: object
}

/** What is asked of an operation. */
export interface Asking {
  readonly token?: string
  readonly id?: number
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
}

export type Scene = Awaited<ReturnType<typeof setScene>>

/** Numbers of one length, so that answers have one length too. */
export const digits = (number: number): string => String(number).padStart(6, '0')

/** A transaction to create. */
export const transaction = (user_id: number, number: number) => ({
  user_id,
  transaction_date: '2026-03-01',
  transaction_amount: '10.00',
  transaction_type: 'credit',
  description: 'Coffee beans',
  reference: `gate-${digits(number)}`,
})

/** The request of an operation. */
export function sending(
  operation: OperationId,
  { token, id, query, headers, body }: Asking,
): Sending {
  const { method, url } = operations[operation]
  const path = url.replace(':id', String(id))
  return {
    method,
    url: query === undefined ? path : `${path}?${query}`,
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
    ...(body && { payload: body }),
  }
}

/** Makes the people and the transactions that requests are about. */
export async function setScene({ app, services }: Passbook) {
  const passwordHash = await hashOfPassword()

  async function account(role: Role, name: string) {
    const { id } = await services.users.create({ name, username: name, role, passwordHash })
    return { id: Number(id), username: name, token: await createAccessToken({ app, services }, id) }
  }
  async function several(name: string) {
    const made = []
    for (let number = 0; number < PEOPLE; number += 1) {
      made.push(await account('user', `${name}-${digits(number)}`))
    }
    return made
  }
  const staff = await account('staff', 'staff')
  const reader = await account('user', 'reader')
  const customers = await several('customer')
  const logins = await several('login')

  async function store(userIds: readonly number[], first: number): Promise<number[]> {
    const transactions = userIds.map((id, index) => transaction(id, first + index))
    const body = { mode: 'atomic', transactions }
    const answer = await app.inject(sending('bulkCreateTransactions', { token: staff.token, body }))
    const { results } = answer.json<{ results: { transaction: { id: number } }[] }>()
    return results.map(({ transaction: { id } }) => id)
  }
  const kept = await store(Array(HISTORY).fill(reader.id), 0)
  const everybody = Array.from({ length: TO_DELETE }, (_, n) => customers[n % PEOPLE]?.id ?? 0)
  const deletable = await store(everybody, HISTORY)
  const changeable = await store(everybody.slice(0, PEOPLE), HISTORY + TO_DELETE)
  await services.analytics.recompute([reader.id])
  await services.creditScores.compute([reader.id])
  await services.database.$executeRaw`DELETE FROM outbox`
  return { staff, reader, customers, logins, kept, deletable, changeable }
}
