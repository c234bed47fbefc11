import fc from 'fast-check'
import type { OperationId } from '../../../src/generated/operations.ts'
import { sessionOf } from '../../setup/access-token.ts'
import { Finding } from '../finding.ts'
import { defineScenario } from './scenario.ts'

/** How a session ends. */
const ENDS = ['reuse', 'logout', 'deleteSession', 'deleteSessions', 'changePassword'] as const

/** An account from its registration to its end: tokens are good once, and none after its session. */
export const sessions = defineScenario(
  {
    name: 'sessions',
    weight: 5,
    operations: [
      'register',
      'login',
      'issueToken',
      'refreshToken',
      'logout',
      'listSessions',
      'deleteSession',
      'deleteSessions',
      'changePassword',
    ],
  },
  fc.record({
    password: fc.string({ minLength: 10, maxLength: 30 }).map((text) => `Fuzz${text}`),
    end: fc.constantFrom(...ENDS),
  }),
  async (scene, { password, end }) => {
    const nobody = scene.actor('nobody')
    const username = `s.${scene.facts.unique()}`
    const send = async (
      operationId: OperationId,
      body: unknown,
      expected: number,
      { token, params = {} }: { readonly token?: string; readonly params?: object } = {},
    ) => {
      const actor =
        token === undefined
          ? nobody
          : { name: 'session', role: 'user' as const, authorization: `Bearer ${token}` }
      // One whose session has ended is nobody.
      const asked = expected === 401 ? { ...actor, role: undefined } : actor
      const { answer, body: answered } = await scene.call(operationId, {
        actor: asked as typeof actor,
        params: params as Record<string, unknown>,
        body,
      })
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
    const other = await send('issueToken', { grant_type: 'password', username, password }, 200)
    const token: string = other.access_token
    const listed = await send('listSessions', undefined, 200, { token })
    if (listed.length !== 2) throw new Finding('wrong-answer', 'listSessions', 'not two sessions')
    switch (end) {
      case 'reuse':
        await refresh(first.refresh_token, 401)
        break
      case 'logout':
        await send('logout', { refresh_token: second.refresh_token }, 204)
        break
      case 'deleteSession':
        await send('deleteSession', undefined, 204, {
          token,
          params: { id: sessionOf(second.access_token) },
        })
        break
      case 'deleteSessions':
        await send('deleteSessions', undefined, 204, { token })
        break
      case 'changePassword':
        await send('changePassword', { current_password: password, new_password: password }, 204, {
          token,
        })
        break
    }
    await refresh(second.refresh_token, 401)
    await send('getMe', undefined, 401, { token: second.access_token })
    await send('getMe', undefined, end === 'deleteSessions' ? 401 : 200, { token })
    await scene.call('deleteUser', { actor: scene.actor('admin'), params: { id: user.id } })
    await send('login', { username, password }, 401)
  },
)
