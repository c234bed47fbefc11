import { expect, it } from 'vitest'
import { settled, useHooks } from './hooks.ts'

const { cast, hook, book } = useHooks({ WEBHOOK_RETRY_SECONDS: '0,0' })

it.each([
  [2, 'delivered', 3],
  [3, 'failed', 3],
])(
  'is retried after the configured waits: of %i failures comes “%s”',
  async (failures, status, attempts) => {
    const { endpoint, receiver } = await hook(undefined, (_, index, response) =>
      response.writeHead(index < failures ? 500 : 204).end(),
    )
    await book()
    const [delivery] = await settled(cast, endpoint)
    expect(delivery).toMatchObject({ status, attempt_count: attempts })
    expect(receiver.received).toHaveLength(attempts)
  },
)
