import fc from 'fast-check'
import { Finding } from '../finding.ts'
import { defineScenario } from './scenario.ts'

/** An account from its registration to its end: tokens are good once, and not after a logout. */
export const sessions = defineScenario(
  { name: 'sessions', weight: 5, operations: ['register', 'login', 'refreshToken', 'logout'] },
  fc.record({
    password: fc.string({ minLength: 10, maxLength: 30 }).map((text) => `Fuzz${text}`),
    end: fc.constantFrom('reuse' as const, 'logout' as const),
  }),
  async (scene, { password, end }) => {
    const actor = scene.actor('nobody')
    const username = `s.${scene.facts.unique()}`
    const send = async (
      operationId: 'register' | 'login' | 'refreshToken' | 'logout',
      body: unknown,
      expected: number,
    ) => {
      const { answer, body: answered } = await scene.call(operationId, { actor, body })
      if (answer.status === expected) return answered
      throw new Finding(
        'wrong-answer',
        operationId,
        `${answer.status} where ${expected} has to come`,
      )
    }
    const refresh = (refresh_token: string, expected: number) =>
      send('refreshToken', { refresh_token }, expected)

    const { user } = await send('register', { username, password }, 201)
    await send('register', { username: username.toUpperCase(), password }, 409)
    const first = await send('login', { username, password }, 200)
    const second = await refresh(first.refresh_token, 200)
    if (end === 'reuse') await refresh(first.refresh_token, 401)
    else await send('logout', { refresh_token: second.refresh_token }, 204)
    await refresh(second.refresh_token, 401)
    await scene.call('deleteUser', { actor: scene.actor('admin'), params: { id: user.id } })
    await send('login', { username, password }, 401)
  },
)
