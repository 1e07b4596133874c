// Drives a running Doorward with openid-client (npm): discovery, login by authorization code with
// PKCE through the hosted page, ID token validation, userinfo, refresh, silent login of a second
// application, client credentials, a device, logout, and a callback that must not be redirected to.
//
// Environment: ISSUER, WEB_ID, WEB_SECRET, SPA_ID, MACHINE_ID, MACHINE_SECRET, AUDIENCE, USERNAME,
// PASSWORD; NODE_EXTRA_CA_CERTS names the local authority.
import { webcrypto } from 'node:crypto'
import * as oidc from 'openid-client'

// Debian's Node.js 18 has these, but not yet as globals.
globalThis.crypto ??= webcrypto
globalThis.CryptoKey ??= webcrypto.CryptoKey

const env = (name) => process.env[name] ?? (() => { throw new Error(`${name} is not set`) })()
const ISSUER = new URL(env('ISSUER'))
const WEB_CALLBACK = 'https://app.example.test/callback'
const SPA_CALLBACK = 'https://spa.example.test/'

/** The cookie jar and the patience of a browser: nothing is followed to another origin. */
class Browser {
  cookies = new Map()

  async request(url, init = {}) {
    const headers = new Headers(init.headers)
    if (this.cookies.size) headers.set('cookie', [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; '))
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(';')
      const at = pair.indexOf('=')
      const name = pair.slice(0, at).trim()
      const gone = attributes.some((a) => /^\s*max-age=0\s*$/i.test(a))
      if (gone) this.cookies.delete(name)
      else this.cookies.set(name, pair.slice(at + 1).trim())
    }
    return response
  }

  /** Follows redirects while they stay on the issuer's origin; gives back the last response or address. */
  async go(url, init) {
    let target = new URL(url)
    let response = await this.request(target, init)
    for (let hops = 0; hops < 10 && response.status >= 300 && response.status < 400; hops++) {
      target = new URL(response.headers.get('location'), target)
      if (target.origin !== ISSUER.origin) return { callback: target }
      response = await this.request(target)
    }
    return { response, url: target, html: await response.text() }
  }

  /** Fills the form of a page as a person would and sends it. */
  async submit(page, values) {
    const form = /<form\b[^>]*>([\s\S]*?)<\/form>/i.exec(page.html)
    if (!form) throw new Error(`no form on ${page.url}: ${page.html.slice(0, 200)}`)
    const action = /action="([^"]*)"/i.exec(form[0])?.[1] ?? ''
    const body = new URLSearchParams()
    for (const input of form[1].match(/<input\b[^>]*>/gi) ?? []) {
      const name = /\bname="([^"]*)"/i.exec(input)?.[1]
      if (name) body.set(name, unescape(/\bvalue="([^"]*)"/i.exec(input)?.[1] ?? ''))
    }
    for (const [name, value] of Object.entries(values)) body.set(name, value)
    const target = new URL(unescape(action) || page.url, page.url)
    return this.go(target, { method: 'POST', body, headers: { origin: ISSUER.origin } })
  }
}

const unescape = (text) =>
  text.replaceAll('&quot;', '"').replaceAll('&#34;', '"').replaceAll('&#39;', "'").replaceAll('&#x27;', "'")
    .replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&#60;', '<').replaceAll('&#62;', '>')
    .replaceAll('&#38;', '&').replaceAll('&amp;', '&')

let passed = 0
let failed = 0
async function step(name, run) {
  try {
    await run()
    passed++
    console.log(`ok - ${name}`)
  } catch (error) {
    failed++
    console.log(`not ok - ${name}\n  ${error?.stack ?? error}${error?.cause ? `\n  cause: ${JSON.stringify(error.cause)}` : ''}`)
  }
}
function must(condition, what) {
  if (!condition) throw new Error(`expected: ${what}`)
}

const browser = new Browser()
const web = await oidc.discovery(ISSUER, env('WEB_ID'), env('WEB_SECRET'))
const spa = await oidc.discovery(ISSUER, env('SPA_ID'), undefined, oidc.None())
let tokens

async function authorizeUrl(config, redirect_uri, extra = {}) {
  const verifier = oidc.randomPKCECodeVerifier()
  const checks = { expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), pkceCodeVerifier: verifier }
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri,
    scope: 'openid profile email offline_access',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...extra,
  })
  return { url, checks }
}

await step('discovery names this issuer, to the letter', () => {
  must(web.serverMetadata().issuer === ISSUER.href, `issuer ${ISSUER.href}`)
})

await step('a browser without a session gets the login page', async () => {
  const { url } = await authorizeUrl(web, WEB_CALLBACK)
  const page = await new Browser().go(url)
  must(page.response?.status === 200 && /name="password"/.test(page.html), 'the login page')
})

await step('a person logs in to a regular web application', async () => {
  const { url, checks } = await authorizeUrl(web, WEB_CALLBACK, { max_age: '3600' })
  const page = await browser.go(url)
  const wrong = await browser.submit(page, { username: env('USERNAME'), password: 'not the password' })
  must(wrong.html?.includes('do not match'), 'a message beside the form')
  const { callback } = await browser.submit(wrong, { username: env('USERNAME'), password: env('PASSWORD') })
  must(callback, 'a redirect to the callback')
  tokens = await oidc.authorizationCodeGrant(web, callback, { ...checks, idTokenExpected: true, maxAge: 3600 })
  must(tokens.claims().email === env('USERNAME'), 'the email in the ID token')
  must(tokens.refresh_token, 'a refresh token')
})

await step('userinfo knows the same person', async () => {
  const info = await oidc.fetchUserInfo(web, tokens.access_token, tokens.claims().sub)
  must(info.email === env('USERNAME'), 'the email')
})

await step('the refresh token rotates, and the old one is then refused', async () => {
  const next = await oidc.refreshTokenGrant(web, tokens.refresh_token)
  must(next.refresh_token && next.refresh_token !== tokens.refresh_token, 'a new refresh token')
  must(next.claims().sub === tokens.claims().sub, 'the same person')
  const replay = await oidc.refreshTokenGrant(web, tokens.refresh_token).catch((error) => error)
  must(replay?.error === 'invalid_grant', 'invalid_grant for the old one')
})

await step('a second application logs in silently', async () => {
  const { url, checks } = await authorizeUrl(spa, SPA_CALLBACK, { prompt: 'none' })
  const { callback } = await browser.go(url)
  const silent = await oidc.authorizationCodeGrant(spa, callback, { ...checks, idTokenExpected: true })
  must(silent.claims().sub === tokens.claims().sub, 'the same person')
})

await step('a second application logs in silently by web_message', async () => {
  const { url } = await authorizeUrl(spa, SPA_CALLBACK, { prompt: 'none', response_mode: 'web_message' })
  const page = await browser.go(url)
  must(page.response.status === 200 && page.html.includes('authorization_response'), 'the page that posts the answer')
  must(!page.response.headers.get('x-frame-options'), 'a page that may be framed')
})

await step('a browser without a session is told so', async () => {
  const { url } = await authorizeUrl(spa, SPA_CALLBACK, { prompt: 'none' })
  const { callback } = await new Browser().go(url)
  must(callback.searchParams.get('error') === 'login_required', 'login_required')
})

await step('a program gets a token and reads the clients', async () => {
  const machine = await oidc.discovery(ISSUER, env('MACHINE_ID'), env('MACHINE_SECRET'))
  const token = await oidc.clientCredentialsGrant(machine, { audience: env('AUDIENCE') })
  const list = await oidc.fetchProtectedResource(machine, token.access_token, new URL('/api/v2/clients', ISSUER), 'GET')
  must(list.status === 200 && (await list.json()).some((c) => c.client_id === env('WEB_ID')), 'the web client in the list')
  const logs = await oidc.fetchProtectedResource(machine, token.access_token, new URL('/api/v2/logs', ISSUER), 'GET')
  const types = (await logs.json()).map((event) => event.type)
  for (const type of ['s', 'fp', 'seacft', 'sertft', 'ferrt', 'ssa', 'fsa', 'seccft']) {
    must(types.includes(type), `an event ${type} among ${[...new Set(types)]}`)
  }
})

await step('a device shows a code, a person types it, and the device gets tokens that it can renew', async () => {
  const machine = await oidc.discovery(ISSUER, env('MACHINE_ID'), env('MACHINE_SECRET'))
  const token = await oidc.clientCredentialsGrant(machine, { audience: env('AUDIENCE') })
  const settings = JSON.stringify({
    name: 'Television',
    app_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  })
  const json = new Headers({ 'content-type': 'application/json' })
  const clients = new URL('/api/v2/clients', ISSUER)
  const made = await oidc.fetchProtectedResource(machine, token.access_token, clients, 'POST', settings, json)
  must(made.status === 201, 'a client')
  const { client_id } = await made.json()
  const device = await oidc.discovery(ISSUER, client_id, undefined, oidc.None())
  const waiting = await oidc.initiateDeviceAuthorization(device, { scope: 'openid email offline_access' })
  const person = new Browser()
  const field = await person.go(waiting.verification_uri_complete)
  const question = await person.submit(field, {})
  must(question.html.includes(waiting.user_code) && question.html.includes('Television'), 'the question about the device')
  const login = await person.submit(question, { action: 'accept' })
  const polling = oidc.pollDeviceAuthorizationGrant(device, waiting)
  const done = await person.submit(login, { username: env('USERNAME'), password: env('PASSWORD') })
  must(done.html.includes('Your device is connected'), 'the page that says so')
  const given = await polling
  must(given.claims().email === env('USERNAME'), 'the email in the ID token')
  const next = await oidc.refreshTokenGrant(device, given.refresh_token)
  must(next.access_token, 'a new access token')
  const declined = await oidc.initiateDeviceAuthorization(device, { scope: 'openid' })
  await person.submit(await person.submit(await person.go(declined.verification_uri_complete), {}), { action: 'deny' })
  const refused = await oidc.pollDeviceAuthorizationGrant(device, declined).catch((error) => error)
  must(refused?.error === 'access_denied', 'access_denied for the device that was declined')
})

await step('an unlisted callback is never redirected to', async () => {
  const { url } = await authorizeUrl(web, 'https://app.example.test/callback/')
  const page = await browser.go(url)
  must(page.response?.status === 400, 'our own page with status 400')
  must(/[0-9A-Z]{4}-[0-9A-Z]{4}/.test(page.html), 'a reference')
})

await step('logout ends the session and returns to the application', async () => {
  const url = new URL('/v2/logout', ISSUER)
  url.searchParams.set('client_id', env('WEB_ID'))
  url.searchParams.set('returnTo', 'https://app.example.test/bye?x=1')
  const { callback } = await browser.go(url)
  must(callback?.href === 'https://app.example.test/bye?x=1', 'a redirect to returnTo')
  const silent = await authorizeUrl(spa, SPA_CALLBACK, { prompt: 'none' })
  const after = await browser.go(silent.url)
  must(after.callback.searchParams.get('error') === 'login_required', 'login_required after logout')
})

await step('RP-initiated logout asks without a hint, and with one goes back with the state', async () => {
  const { url: begin, checks } = await authorizeUrl(web, WEB_CALLBACK)
  const page = await browser.go(begin)
  const back = await browser.submit(page, { username: env('USERNAME'), password: env('PASSWORD') })
  const { id_token } = await oidc.authorizationCodeGrant(web, back.callback, { ...checks, idTokenExpected: true })
  const returnTo = 'https://app.example.test/bye'
  const hintless = oidc.buildEndSessionUrl(web, { post_logout_redirect_uri: returnTo })
  const question = await browser.go(hintless)
  must(question.response?.status === 200 && question.html.includes('Log out of'), 'a question')
  const url = oidc.buildEndSessionUrl(web, { post_logout_redirect_uri: returnTo, id_token_hint: id_token, state: 'st' })
  const { callback } = await browser.go(url)
  must(callback?.href === `${returnTo}?state=st`, 'a redirect with the state')
  const silent = await authorizeUrl(spa, SPA_CALLBACK, { prompt: 'none' })
  const after = await browser.go(silent.url)
  must(after.callback.searchParams.get('error') === 'login_required', 'login_required after logout')
})

console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)
