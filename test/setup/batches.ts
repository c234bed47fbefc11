import { expect, it } from 'vitest'
import type { OperationId } from '../../src/generated/operations.ts'
import type { Cast } from './cast.ts'
import type { Account } from './service.ts'

/** An operation that stores many items at once. */
export interface Batch {
  readonly operation: OperationId
  /** The field that holds the items. */
  readonly list: string
  /** Makes a valid item. */
  readonly item: () => object
  /** Everyone who may send it. */
  readonly callers: () => readonly Account[]
  /** Counts the stored items. */
  readonly count: () => Promise<number>
}

/** The status of each item, in order. */
export const statuses = (body: { readonly results: readonly { readonly status: number }[] }) =>
  body.results.map(({ status }) => status)

/** The path and rule of each error, in order. */
export const rules = (body: {
  readonly errors: readonly { readonly path: string; readonly code: string }[]
}) => body.errors.map(({ path, code }) => `${path} ${code}`)

/** Tests that any batch operation refuses the same errors, for every caller. */
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

  it('requires a token', async () => {
    expect((await send({ [list]: [item()] }, '')).status).toBe(401)
  })
}
