// The application with oidc-client-ts, which no vendor made.
import { callback, renewed, run, settings, userinfo } from '/page.js'

// Browsers get it as a script that is no module.
await new Promise((loaded) => {
  const script = Object.assign(document.createElement('script'), { src: '/sdk.js', onload: loaded })
  document.head.append(script)
})
const manager = new window.oidc.UserManager({
  authority: `https://${settings.domain}/`,
  client_id: settings.clientId,
  redirect_uri: callback,
  post_logout_redirect_uri: location.origin,
  scope: 'openid profile email',
})

await run({
  person: async () => (await manager.getUser())?.profile,
  arrive: () => manager.signinCallback(),
  actions: {
    'Log in': () => manager.signinRedirect(),
    'Log in by popup': () => manager.signinPopup(),
    'Read the ID token': async () => JSON.stringify((await manager.getUser()).profile),
    'Ask userinfo': async () => userinfo((await manager.getUser()).access_token),
    Renew: async () => {
      const before = await manager.getUser()
      const after = await manager.signinSilent()
      return renewed(before.access_token, after.access_token)
    },
    Revoke: async () => {
      await manager.revokeTokens(['access_token'])
      return 'Revoked'
    },
    'Log out': () => manager.signoutRedirect(),
  },
})
