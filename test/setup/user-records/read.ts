import { beforeAll, expect, it } from 'vitest'
import { nobody, type UserRecords } from './records.ts'

/**
 * What holds of reading any record of a user.
 *
 * @param sent fields of the record that is read
 * @param shown fields it has in the answer
 */
export function testReading(records: UserRecords, sent: object, shown: object): void {
  const { of, cast, get } = records
  let id: number

  beforeAll(async () => {
    const made = await records.create(cast.user.id, { ...of.required(), ...sent })
    id = made.body.id
  })

  it('answers users with their own and staff with any', async () => {
    for (const { token } of [cast.user, cast.staff]) {
      const { status, body } = await get(id, token)
      expect(status).toBe(200)
      expect(body).toMatchObject({ id, user_id: cast.user.id, ...shown })
    }
  })

  it('answers 304 to one who has it', async () => {
    const { headers } = await get(id)
    const again = await get(id, cast.user.token, { 'if-none-match': headers['etag'] })
    expect([again.status, again.body]).toEqual([304, ''])
  })

  it('hides that of somebody else', async () => {
    const { status, body } = await get(id, cast.other.token)
    expect([status, body.detail]).toEqual([404, `User with ID ${cast.user.id} not found`])
  })

  it('finds it under its own user alone', async () => {
    for (const { token } of [cast.other, cast.staff]) {
      const { status, body } = await get(id, token, {}, cast.other.id)
      expect([status, body.detail]).toEqual([404, `${of.name} with ID ${id} not found`])
    }
  })

  it('answers 404 where there is none', async () => {
    const { status, body } = await get(999_999)
    expect([status, body.detail]).toEqual([404, `${of.name} with ID 999999 not found`])
  })

  it.each([['0'], ['-1'], ['1.5'], ['x'], ['9007199254740992']])(
    'refuses the id %s',
    async (wrong) => {
      const { status, body } = await get(wrong)
      expect(status).toBe(422)
      expect(body.errors[0]).toMatchObject({ in: 'path', path: of.param })
    },
  )

  it('wants a token', async () => {
    expect((await get(id, nobody)).status).toBe(401)
  })
}
