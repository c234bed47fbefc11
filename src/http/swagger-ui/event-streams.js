{
  /** How much of a stream of events is shown, in milliseconds: it may never end. */
  const SHOWN_MS = 3_000

  /** What arrives of a stream in that time. */
  async function readBeginning(stream) {
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const timer = setTimeout(() => {
      text += `: only the first ${SHOWN_MS / 1000} seconds are shown here\n`
      void reader.cancel()
    }, SHOWN_MS)
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value
    clearTimeout(timer)
    return text
  }

  async function userFetch(url, request) {
    const response = await fetch(url, request)
    const { status, statusText, headers } = response
    if (!headers.get('content-type')?.startsWith('text/event-stream')) return response
    return new Response(await readBeginning(response.body), { status, statusText, headers })
  }

  window.swaggerUiPlugins.push(() => ({
    statePlugins: {
      spec: {
        wrapActions: {
          executeRequest: (original) => (request) => original({ ...request, userFetch }),
        },
      },
    },
  }))
}
