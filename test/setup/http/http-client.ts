/** An answer with its parsed body. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests read any field
  readonly body: any
}

export type HttpClient = ReturnType<typeof createHttpClient>

/** A client for a real port. Rejects if the connection breaks. */
export function createHttpClient(url: string, token?: string) {
  async function request(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpAnswer> {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    })
    const text = await response.text()
    const json = response.headers.get('content-type')?.includes('json')
    return {
      status: response.status,
      headers: response.headers,
      body: json ? JSON.parse(text) : text,
    }
  }
  return { url, token, request }
}

/** Logs in, and returns a client that sends the access token. */
export async function logIn(url: string, username: string, password: string): Promise<HttpClient> {
  const { status, body } = await createHttpClient(url).request('POST', '/v1/login', {
    username,
    password,
  })
  if (status !== 200) throw new Error(`login answered ${status}`)
  return createHttpClient(url, body.access_token)
}

/**
 * Creates customers without a login.
 *
 * @returns their ids
 */
export async function createCustomers(staff: HttpClient, count: number): Promise<number[]> {
  const ids: number[] = []
  for (let index = 0; index < count; index += 1) {
    const email = `${crypto.randomUUID()}@customers.example`
    const { status, body } = await staff.request('POST', '/v1/users', {
      name: 'Test Customer',
      email,
    })
    if (status !== 201) throw new Error(`createUser answered ${status}`)
    ids.push(body.id)
  }
  return ids
}
