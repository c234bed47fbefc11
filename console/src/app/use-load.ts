import { type Inputs, useCallback, useEffect, useState } from 'preact/hooks'

/** What was asked for, as far as it is there. Earlier data stay until newer ones come. */
export interface Loading<T> {
  readonly data?: T
  readonly error?: unknown
  readonly isLoading: boolean
  readonly reload: () => void
}

interface State<T> {
  readonly data?: T
  readonly error?: unknown
  readonly isLoading: boolean
}

/**
 * Asks the service when a page opens, and again when one of `inputs` changes. An answer that comes too late is dropped.
 */
export function useLoad<T>(
  load: (signal: AbortSignal) => Promise<{ readonly data: T }>,
  inputs: Inputs,
): Loading<T> {
  const [state, setState] = useState<State<T>>({ isLoading: true })
  const [round, setRound] = useState(0)

  useEffect(() => {
    const controller = new AbortController()
    setState(({ data }) => ({ isLoading: true, ...(data !== undefined && { data }) }))
    load(controller.signal).then(
      ({ data }) => !controller.signal.aborted && setState({ data, isLoading: false }),
      (error) => !controller.signal.aborted && setState({ error, isLoading: false }),
    )
    return () => controller.abort()
  }, [round, ...inputs])

  const reload = useCallback(() => setRound((last) => last + 1), [])
  return { ...state, reload }
}

/** Calls again every so many milliseconds while the page is seen. */
export function useInterval(call: () => void, milliseconds: number): void {
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && call(), milliseconds)
    return () => clearInterval(timer)
  }, [call, milliseconds])
}
