import { describe, expect, it } from 'vitest'
import { createScope } from '../../src/database/scope.ts'

describe('a scope', () => {
  it('shows its value to its work alone', async () => {
    const scope = createScope<string>({ rests: true })
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
    const scope = createScope<string>({ rests: true })
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

  it('keeps what another one shows when it rests', async () => {
    const lasting = createScope<string>()
    const resting = createScope<string>({ rests: true })
    const shown = await lasting.run('lasting', async () => {
      await resting.run('short', async () => undefined)
      await new Promise(setImmediate)
      await new Promise(setImmediate)
      return lasting.value()
    })
    expect(shown).toBe('lasting')
  })

  it('shows work that begins while it comes to rest its value', async () => {
    const scope = createScope<string>({ rests: true })
    await scope.run('first', async () => undefined)
    const second = scope.run('second', async () => {
      await new Promise(setImmediate)
      await new Promise(setImmediate)
      return scope.value()
    })
    expect(await second).toBe('second')
  })
})
