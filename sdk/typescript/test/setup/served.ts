import { createPassbook, type Passbook, type PassbookOptions } from 'passbook-sdk'
import { beforeAll } from 'vitest'
import { type Cast, useCast } from '../../../../test/setup/cast.ts'
import type { Account } from '../../../../test/setup/service.ts'

export interface Served {
  readonly cast: Cast
  readonly url: () => string
  /** A client with an account's user name and password, which keeps a list of what it sends. */
  readonly as: (account: Account, options?: PassbookOptions) => Passbook
}

/** A service on a port, for the tests of a file. */
export function useServed(options: Parameters<typeof useCast>[0] = {}): Served {
  const cast = useCast(options)
  let url = ''
  beforeAll(async () => {
    url = await cast.service.app.listen({ port: 0, host: '127.0.0.1' })
  })
  return {
    cast,
    url: () => url,
    as: ({ username, password }, rest = {}) =>
      createPassbook({
        baseUrl: url,
        credentials: { kind: 'tokens', login: { username, password } },
        ...rest,
      }),
  }
}

/** Lists what is sent, as `POST /v1/login`. */
export function recorder() {
  const requests: Request[] = []
  return {
    requests,
    lines: () => requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`),
    fetch: (request: Request) => {
      requests.push(request)
      return fetch(request)
    },
  }
}

/** All that a loop would see. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of source) all.push(one)
  return all
}
