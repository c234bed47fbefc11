import { beforeAll, expect, it } from 'vitest'
import { nobody, type UserRecords } from './records.ts'

/**
 * Tests that apply to reading any kind of user record.
 *
 * @param sent fields of the record that is read
 * @param shown the same fields in the answer
 */
export function testReading(records: UserRecords, sent: object, shown: object): void {
  const { of, cast, get } = records
  let id: number

  beforeAll(async () => {
    const made = await records.create(cast.user.id, { ...of.required(), ...sent })
    id = made.body.id
  })

  it('shows users their own record, and staff any', async () => {
    for (const { token } of [cast.user, cast.staff]) {
      const { status, body } = await get(id, token)
      expect(status).toBe(200)
      expect(body).toMatchObject({ id, user_id: cast.user.id, ...shown })
    }
  })

  it('answers 304 to a client that has it', async () => {
    const { headers } = await get(id)
    const again = await get(id, cast.user.token, { 'if-none-match': headers['etag'] })
    expect([again.status, again.body]).toEqual([304, ''])
  })

  it('hides another user’s record', async () => {
    const { status, body } = await get(id, cast.other.token)
    expect([status, body.detail]).toEqual([404, `User with ID ${cast.user.id} not found`])
  })

  it('finds it only under its own user', async () => {
    for (const { token } of [cast.other, cast.staff]) {
      const { status, body } = await get(id, token, {}, cast.other.id)
      expect([status, body.detail]).toEqual([404, `${of.name} with ID ${id} not found`])
    }
  })

  it('answers 404 for an unknown record', async () => {
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

  it('requires a token', async () => {
    expect((await get(id, nobody)).status).toBe(401)
  })
}
