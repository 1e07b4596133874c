// A page that does everything an application does with the official SDK, a button each. Driven by
// `it::browser::sdks::spa`, which serves it together with the SDK and `settings.json`, the options of the client.
import { createAuth0Client } from '/auth0-spa-js.js'

const options = await (await fetch('/settings.json')).json()
options.authorizationParams.redirect_uri = `${location.origin}/callback`
const status = document.querySelector('[role=status]')

const tokens = new Set()
let renewals = 0

const showWho = async () => {
  const person = await client.getUser()
  document.querySelector('h1').textContent = person ? `Hello, ${person.name}` : 'Nobody is logged in'
}

const actions = {
  'Log in': () => client.loginWithRedirect(),
  'Log in by popup': async () => {
    await client.loginWithPopup()
    await showWho()
  },
  'Read the ID token': async () => JSON.stringify(await client.getIdTokenClaims()),
  'Ask userinfo': async () => {
    const headers = { authorization: `Bearer ${await client.getTokenSilently()}` }
    const answer = await fetch(`https://${options.domain}/userinfo`, { headers })
    return `userinfo ${answer.status} ${await answer.text()}`
  },
  Renew: async () => {
    tokens.add(await client.getTokenSilently())
    tokens.add(await client.getTokenSilently({ cacheMode: 'off' }))
    return `Renewed ${++renewals}, ${tokens.size} different tokens`
  },
  Revoke: async () => {
    await client.revokeRefreshToken()
    return 'Revoked'
  },
  'Log out': () => client.logout({ logoutParams: { returnTo: location.origin } }),
}

async function act(action) {
  status.textContent = ''
  try {
    status.textContent = (await action()) ?? ''
  } catch (error) {
    status.textContent = `Refused: ${error.error}: ${error.message}`
  }
}

const client = await createAuth0Client(options)
for (const button of document.querySelectorAll('button')) {
  button.addEventListener('click', () => act(actions[button.textContent]))
}
if (location.pathname === '/callback') {
  await act(async () => {
    const { appState } = await client.handleRedirectCallback()
    history.replaceState({}, '', appState?.target ?? '/')
  })
}
await showWho()
