import { expect, vi } from 'vitest'
import type { TestService } from './service.ts'
import { WAITING_FOR_LOCKS } from './session.ts'

/** Waits until this many statements of the service wait for a lock that the test holds. */
export const waitForLock = ({ database }: TestService, count = 1): Promise<void> =>
  vi.waitFor(async () => expect(await database.query(WAITING_FOR_LOCKS)).toEqual([{ count }]), {
    timeout: 10_000,
    interval: 10,
  })
