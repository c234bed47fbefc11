import { createPassbook } from '#sdk'

let onEnd = () => {}

/** Calls back when the service no longer knows the session of this browser. */
export const whenSessionEnds = (call: () => void) => {
  onEnd = call
}

/** Sends all requests of the page; the browser adds the cookie of the session. */
export const client = createPassbook({
  credentials: {
    kind: 'cookie',
    renew: async () => {
      onEnd()
      return false
    },
  },
})
