import { createTransaction, waitUntilCurrent } from 'passbook-sdk'
import { describe, expect, it } from 'vitest'
import { useServed } from './setup/served.ts'

const { cast, as } = useServed({ worker: true })
const idle = useServed()

const booked = (user_id: number) => ({
  user_id,
  transaction_date: '2026-03-01',
  transaction_amount: '12.50',
  transaction_type: 'credit' as const,
})

describe('waitUntilCurrent', () => {
  it('answers with figures that hold what was booked', async () => {
    const client = as(cast.user)
    await createTransaction({ client, body: booked(cast.user.id) })
    const figures = await waitUntilCurrent(cast.user.id, { client })
    expect(figures).toMatchObject({ is_current: true, total_credit: '12.50' })
  })

  it('gives up in time where nobody computes', async () => {
    const client = idle.as(idle.cast.user)
    await createTransaction({ client, body: booked(idle.cast.user.id) })
    const wait = waitUntilCurrent(idle.cast.user.id, { client, timeoutSeconds: 0.1 })
    await expect(wait).rejects.toThrow(/were not current after 0.1 s/)
  })

  it("is refused for somebody else's figures", async () => {
    const wait = waitUntilCurrent(cast.other.id, { client: as(cast.user) })
    await expect(wait).rejects.toMatchObject({ status: 404 })
  })
})
