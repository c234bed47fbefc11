import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createLog } from '../../src/lib/log.ts'
import { openServices } from '../../src/services.ts'
import { useCast } from '../setup/cast.ts'
import { expectProblem } from '../setup/http/problem.ts'

const cast = useCast()

const read = (id: number) =>
  cast.service.app.inject({
    method: 'GET',
    url: `/v1/users/${id}`,
    headers: { authorization: `Bearer ${cast.staff.token}` },
  })
describe('names and addresses in the database', () => {
  it.each([
    ['that of another user', 'other.name'],
    ['that of another column', 'users.email'],
    ['changed in one bit', 'set_byte(users.name, 20, get_byte(users.name, 20) # 1)'],
    ['cut off', 'substring(users.name FROM 1 FOR 10)'],
  ])('are not shown when the value is %s', async (_, value) => {
    const owner = await cast.service.createCustomer(cast.staff.token, { name: 'Owner Of This' })
    const other = await cast.service.createCustomer(cast.staff.token, { name: 'Other Person' })
    await cast.service.database.query(
      `UPDATE users SET name = ${value} FROM users AS other WHERE users.id = $1 AND other.id = $2`,
      [owner.id, other.id],
    )
    const answer = await read(owner.id)
    expectProblem(answer, 500, 'internal_error')
    expect(answer.body).not.toMatch(/owner|other|cipher|authenticate/i)
    expect((await read(other.id)).json()).toEqual(other)
  })

  it('cannot be found by their beginnings once the user is deleted', async () => {
    const gone = await cast.service.createCustomer(cast.staff.token, { name: 'Vanishing Person' })
    await cast.service.call('deleteUser', { params: { id: gone.id }, token: cast.staff.token })
    const { body } = await cast.service.call('listUsers', {
      query: { q: 'vanish' },
      token: cast.staff.token,
    })
    expect(body).toEqual([])
  })

  it('can be read and found with a new key in front, and are written with it', async () => {
    const old = await cast.service.createCustomer(cast.staff.token, { name: 'Written Before' })
    const { config } = cast.service.services
    const encryptionKeys = `k2:${randomBytes(32).toString('base64')},${config.encryptionKeys}`
    const rotated = openServices(
      { ...config, encryptionKeys },
      ...([cast.service.database.url, createLog('silent'), 'api'] as const),
    )
    const caller = { id: cast.staff.id, role: 'staff' } as const
    expect(await rotated.users.get(caller, old.id)).toMatchObject({ name: 'Written Before' })
    const query = { per_page: 20, sort: 'id', q: 'writ bef' } as const
    expect((await rotated.users.list(query)).items).toMatchObject([{ id: BigInt(old.id) }])
    await expect(
      rotated.users.create({
        name: 'Twice',
        email: { address: old.email as string, verified: true },
      }),
    ).rejects.toMatchObject({
      code: 'email_taken',
    })
    await rotated.users.update(caller, old.id, { name: 'Written After' })
    await rotated.close()
    const [row] = await cast.service.database.query<{ key: string }>(
      `SELECT convert_from(substring(name FROM 2 FOR 2), 'UTF8') AS key FROM users WHERE id = $1`,
      [old.id],
    )
    expect(row).toEqual({ key: 'k2' })
  })
})
