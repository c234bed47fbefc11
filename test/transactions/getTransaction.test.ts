import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const get = (id: number | string, token?: string, query = {}) =>
  cast.service.call('getTransaction', { params: { id }, query, ...(token && { token }) })

describe('getTransaction', () => {
  it('shows users their own, as it was booked', async () => {
    const booked = await cast.service.createTransaction(cast.user.token, { user_id: cast.user.id })
    const { status, body } = await get(booked.id, cast.user.token)
    expect(status).toBe(200)
    expect(body).toEqual(booked)
  })

  it('shows staff any', async () => {
    const booked = await cast.service.createTransaction(cast.user.token, { user_id: cast.user.id })
    expect((await get(booked.id, cast.staff.token)).body).toEqual(booked)
  })

  it('answers 404 for somebody else’s', async () => {
    const booked = await cast.service.createTransaction(cast.other.token, {
      user_id: cast.other.id,
    })
    const foreign = await get(booked.id, cast.user.token)
    expect(foreign.status).toBe(404)
    expect(foreign.body).toMatchObject({
      code: 'not_found',
      detail: `Transaction with ID ${booked.id} not found`,
    })
  })

  it('answers 404 for an unknown id', async () => {
    const { status, body } = await get(Number.MAX_SAFE_INTEGER, cast.staff.token)
    expect(status).toBe(404)
    expect(body.detail).toBe(`Transaction with ID ${Number.MAX_SAFE_INTEGER} not found`)
  })

  it.each(['0', '-1', '1.0', '1e3', 'abc', '9007199254740992'])('refuses the id %s', async (id) => {
    const { status, body } = await get(id, cast.user.token)
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ in: 'path', path: 'id' })
  })

  it('refuses an unknown query parameter', async () => {
    const { body } = await get(1, cast.user.token, { expand: 'user' })
    expect(body.errors).toEqual([
      expect.objectContaining({ in: 'query', path: 'expand', code: 'unknown_parameter' }),
    ])
  })

  it('needs a token', async () => {
    expect((await get(1)).status).toBe(401)
  })
})
