// The application with @auth0/auth0-spa-js; `settings` are the options of its client.
import { callback, renewed, run, settings, userinfo } from '/page.js'
import { createAuth0Client } from '/sdk.js'

settings.authorizationParams.redirect_uri = callback
const client = await createAuth0Client(settings)

await run({
  person: () => client.getUser(),
  arrive: () => client.handleRedirectCallback(),
  actions: {
    'Log in': () => client.loginWithRedirect(),
    'Log in by popup': () => client.loginWithPopup(),
    'Read the ID token': async () => JSON.stringify(await client.getIdTokenClaims()),
    'Ask userinfo': async () => userinfo(await client.getTokenSilently()),
    Renew: async () => {
      const before = await client.getTokenSilently()
      return renewed(before, await client.getTokenSilently({ cacheMode: 'off' }))
    },
    Revoke: async () => {
      await client.revokeRefreshToken()
      return 'Revoked'
    },
    'Log out': () => client.logout({ logoutParams: { returnTo: location.origin } }),
  },
})
