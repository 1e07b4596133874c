// Logs a person in through their own browser; the answer comes back to this program.
import { spawn } from 'node:child_process'
import { once, on } from 'node:events'
import { createServer } from 'node:http'
import * as oidc from 'openid-client'

const issuer = new URL(process.env.ISSUER)
// Plain http is for a Doorward on this very machine.
const execute = issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : []
const config = await oidc.discovery(issuer, process.env.CLIENT_ID, undefined, oidc.None(), { execute })

// The system gives a port that is free; the client allows any port on 127.0.0.1.
const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
const redirect_uri = `http://127.0.0.1:${server.address().port}/callback`

// The verifier and the state prove that the answer belongs to the login that began here.
const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
const expectedState = oidc.randomState()
const address = oidc.buildAuthorizationUrl(config, {
  redirect_uri,
  scope: 'openid profile email',
  code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: 'S256',
  state: expectedState,
})
console.log(`Log in at ${address.href}`)
openBrowser(address.href)

for await (const [request, response] of on(server, 'request')) {
  const answer = new URL(request.url, redirect_uri)
  if (answer.pathname !== '/callback') {
    response.writeHead(404).end()
    continue
  }
  try {
    const tokens = await oidc.authorizationCodeGrant(config, answer, { pkceCodeVerifier, expectedState })
    const { name, email, sub } = tokens.claims()
    console.log(`Hello, ${name ?? email ?? sub}`)
    show(response, 'You are logged in', 'Go back to the terminal. You can close this page.')
  } catch (error) {
    console.error(error.error_description ?? error.message)
    process.exitCode = 1
    show(response, 'The login failed', 'The terminal says why.')
  }
  break
}
server.close()

function show(response, title, text) {
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.setHeader('connection', 'close')
  response.end(
    `<!doctype html><html lang="en"><title>${title}</title><link rel="icon" href="data:,"><h1>${title}</h1><p>${text}</p>`,
  )
}

function openBrowser(href) {
  if (process.env.BROWSER === 'none') return
  const program = { darwin: 'open', win32: 'explorer' }[process.platform] ?? 'xdg-open'
  // Without a browser here, the address above can be opened by hand.
  spawn(program, [href], { stdio: 'ignore', detached: true }).on('error', () => {}).unref()
}
