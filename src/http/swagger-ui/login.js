{
  /** In sessionStorage: gone with the tab, and seen by this origin alone. */
  const KEY = 'passbook-login'

  /** Keeps the access token of a login over a reload; never the password, a refresh token or an API key. */
  function keep({ name }, { access_token, token_type, expires_in }) {
    const ends = Date.now() + expires_in * 1000
    const token = { access_token, token_type }
    sessionStorage.setItem(KEY, JSON.stringify({ name, token, ends }))
  }

  /** Logs in with the kept access token, unless it has expired. */
  function restore({ authActions }) {
    const { name, token, ends } = JSON.parse(sessionStorage.getItem(KEY) ?? '{}')
    if (ends > Date.now())
      authActions.restoreAuthorization({ authorized: { [name]: { name, token } } })
    else sessionStorage.removeItem(KEY)
  }

  /** Swagger UI begins with the field for API keys. */
  const focusUsername = () => document.querySelector('#oauth_username')?.focus()

  window.swaggerUiPlugins.push(() => ({
    statePlugins: {
      configs: {
        wrapActions: {
          loaded: (original, system) => (payload) => {
            const result = original(payload)
            restore(system)
            return result
          },
        },
      },
      auth: {
        wrapActions: {
          authorizeOauth2:
            (original, { authActions }) =>
            ({ auth, token }) => {
              keep(auth, token)
              // What is not known any more cannot leak.
              const result = original({ auth: { ...auth, password: '' }, token })
              authActions.showDefinitions(false)
              return result
            },
          showDefinitions: (original) => (definitions) => {
            requestAnimationFrame(focusUsername)
            return original(definitions)
          },
          logout: (original) => (names) => {
            sessionStorage.removeItem(KEY)
            return original(names)
          },
        },
      },
    },
  }))
}
