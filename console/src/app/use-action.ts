import { useState } from 'preact/hooks'

/** Something that a click does: whether it is under way, and what went wrong the last time. */
export interface Action<A extends readonly unknown[]> {
  readonly run: (...args: A) => Promise<void>
  readonly isRunning: boolean
  readonly error?: unknown
}

export function useAction<A extends readonly unknown[]>(
  work: (...args: A) => Promise<unknown>,
): Action<A> {
  const [state, setState] = useState<{ readonly isRunning: boolean; readonly error?: unknown }>({
    isRunning: false,
  })
  return {
    ...state,
    async run(...args) {
      setState({ isRunning: true })
      try {
        await work(...args)
        setState({ isRunning: false })
      } catch (error) {
        setState({ isRunning: false, error })
      }
    },
  }
}
