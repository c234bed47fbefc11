import { describe, expect, it } from 'vitest'
import { createScope } from '../../src/database/scope.ts'
import { arePromisesFollowed, FOLLOWS_PROMISES } from '../setup/followed-promises.ts'

describe('a scope', () => {
  it('shows its value to its work alone', async () => {
    const scope = createScope<string>()
    const [one, other] = await Promise.all(
      ['one', 'other'].map((value) =>
        scope.run(value, async () => {
          await arePromisesFollowed()
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

  it.runIf(FOLLOWS_PROMISES)('has promises followed only while work is under way', async () => {
    const scope = createScope<string>()
    expect(await arePromisesFollowed()).toBe(false)
    expect(await scope.run('value', arePromisesFollowed)).toBe(true)
    expect(await arePromisesFollowed()).toBe(false)
    await scope.run('value', () => Promise.reject(new Error('no'))).catch(() => undefined)
    expect(await arePromisesFollowed()).toBe(false)
  })
})
