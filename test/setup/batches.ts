import { expect, it } from 'vitest'
import type { OperationId } from '../../src/generated/operations.ts'
import type { Cast } from './cast.ts'
import type { Account } from './service.ts'

/** An operation that stores many at once. */
export interface Batch {
  readonly operation: OperationId
  /** The field with the items. */
  readonly list: string
  /** A good item. */
  readonly item: () => object
  /** Everyone who may send it. */
  readonly callers: () => readonly Account[]
  /** How many are stored. */
  readonly count: () => Promise<number>
}

/** The status of each item, in their order. */
export const statuses = (body: { readonly results: readonly { readonly status: number }[] }) =>
  body.results.map(({ status }) => status)

/** The path and the rule of each error, in their order. */
export const rules = (body: {
  readonly errors: readonly { readonly path: string; readonly code: string }[]
}) => body.errors.map(({ path, code }) => `${path} ${code}`)

/** What any batch is refused for, whoever sends it. */
export function testBatch(cast: Cast, of: Batch): void {
  const { operation, list, item, callers, count } = of
  const send = (body: object, token = cast.staff.token) =>
    cast.service.call(operation, { body, token })

  it.each([
    [0, 'minItems'],
    [1001, 'maxItems'],
  ])('refuses %i items', async (length, code) => {
    const before = await count()
    const items = Array.from({ length }, () => item())
    const { status, body } = await send({ mode: 'partial', [list]: items })
    expect(status).toBe(422)
    expect(body.errors).toEqual([expect.objectContaining({ in: 'body', path: `/${list}`, code })])
    expect(await count()).toBe(before)
  })

  it.each([
    [{}, `/${list}`, 'required'],
    [{ [list]: {} }, `/${list}`, 'type'],
    [{ [list]: [{}], mode: 'some' }, '/mode', 'enum'],
    [{ [list]: [{}], dry_run: true }, '/dry_run', 'unknown_field'],
  ])('refuses the body %j', async (body, path, code) => {
    for (const { token } of callers()) {
      const answer = await send(body, token)
      expect(answer.status).toBe(422)
      expect(answer.body.errors).toEqual([expect.objectContaining({ in: 'body', path, code })])
    }
  })

  it('wants a token', async () => {
    expect((await send({ [list]: [item()] }, '')).status).toBe(401)
  })
}
