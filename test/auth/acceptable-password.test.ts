import { describe, expect, it } from 'vitest'
import { assertAcceptablePassword } from '../../src/features/auth/acceptable-password.ts'

const refusal = async (password: string, account = {}) =>
  await assertAcceptablePassword(password, account).then(
    () => undefined,
    (error) => error.options.errors,
  )

describe('a new password', () => {
  it.each(['password', '12345678', 'PassWord1', 'iloveyou', 'qwertyuiop', 'trustno1', 'passw0rd'])(
    'is refused where many use it: %s',
    async (password) => {
      const [error] = await refusal(password)
      expect(error).toMatchObject({ in: 'body', path: '/password', code: 'common_password' })
      expect(error.message).toContain('send one that few others use')
      expect(error.message).not.toContain(password)
    },
  )

  it('is refused where it is the user name, in whatever letters, and the field is told', async () => {
    const account = { username: 'Maria.Rossi', field: 'new_password' }
    expect(await refusal('mARIA.rossi', account)).toMatchObject([{ path: '/new_password' }])
    expect(await refusal('maria.rossi2', account)).toBeUndefined()
    expect(await refusal('maria.rossi')).toBeUndefined()
  })

  it.each([
    'correct horse',
    'correct horse battery',
    'staple of many words',
    'k7#pq2vz',
    ' password',
  ])('is taken where few use it: %s', async (password) => {
    expect(await refusal(password, { username: null })).toBeUndefined()
  })
})
