import { describe, expect, it } from 'vitest'
import { createScope } from '../../src/database/scope.ts'

describe('a scope', () => {
  it('shows its value to its work alone', async () => {
    const scope = createScope<string>()
    const [one, other] = await Promise.all(
      ['one', 'other'].map((value) =>
        scope.run(value, async () => {
          await Promise.resolve()
          return scope.value()
        }),
      ),
    )
    expect([one, other, scope.value()]).toEqual(['one', 'other', undefined])
  })

  it('keeps the value of work that outlives other work', async () => {
    const scope = createScope<string>()
    let end: () => void = () => undefined
    const others = new Promise<void>((resolve) => {
      end = resolve
    })
    const long = scope.run('long', async () => {
      await others
      return scope.value()
    })
    await scope.run('short', async () => undefined)
    end()
    expect(await long).toBe('long')
  })
})
