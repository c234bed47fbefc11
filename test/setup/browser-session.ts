import type { Account, TestResponse, TestService } from './service.ts'

/** The name and value of a cookie that an answer sets. */
export const cookieOf = ({ headers }: Pick<TestResponse, 'headers'>): string =>
  String(headers['set-cookie']).split(';')[0] ?? ''

/** Signs a browser in, as the console does. @returns the cookie to send */
export async function signIn(
  service: TestService,
  { username, password }: Account,
): Promise<string> {
  return cookieOf(await service.call('startBrowserSession', { body: { username, password } }))
}
