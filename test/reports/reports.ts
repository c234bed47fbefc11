import { expect, vi } from 'vitest'
import type { TestService } from '../setup/service.ts'

export const BY_BANK = { type: 'user_groups', group_by: ['bank'] } as const

/** Asks for a report. @returns its id */
export async function askFor(service: TestService, token: string, body: object): Promise<number> {
  const answer = await service.call('createReport', { token, body })
  expect(answer.status).toBe(202)
  return answer.body.id
}

/** Waits until a report is final. @returns it */
export async function finished(service: TestService, token: string, id: number) {
  return await vi.waitFor(
    async () => {
      const { body } = await service.call('getReport', { params: { id }, token })
      if (!['completed', 'failed'].includes(body.status)) throw new Error(`it is ${body.status}`)
      return body
    },
    { timeout: 20_000, interval: 20 },
  )
}

/** The file of a report that is asked for and built. */
export async function built(service: TestService, token: string, body: object) {
  const id = await askFor(service, token, body)
  expect((await finished(service, token, id)).status).toBe('completed')
  return await service.call('downloadReport', { params: { id }, token })
}
