// A web application as the official SDK for Express makes it. Driven by `it::browser::sdks::express`.
//
// Environment: OPTIONS, the options of `auth()` as JSON; TLS_CERT and TLS_KEY, what it is served with; ORDERS, the
// address of the API (`api.mjs`); NODE_EXTRA_CA_CERTS names the local authority.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import express from 'express'
import openid from 'express-openid-connect'

const { auth, requiresAuth } = openid
const options = JSON.parse(process.env.OPTIONS)
const app = express()
app.use(auth(options))

const escape = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)
const page = (res, body) =>
  res.send(`<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,">${body}`)

app.get('/', (req, res) => {
  if (!req.oidc.isAuthenticated()) return page(res, '<h1>Nobody is logged in</h1><a href="/login">Log in</a>')
  const links = ['Profile', 'Userinfo', 'Refresh', 'Orders'].map((name) => `<a href="/${name.toLowerCase()}">${name}</a>`)
  page(res, `<h1>Hello, ${escape(req.oidc.user.name)}</h1>${links.join(' ')} <a href="/logout">Log out</a>`)
})
const shown = (path, what) =>
  app.get(path, requiresAuth(), async (req, res) => page(res, `<pre>${escape(JSON.stringify(await what(req)))}</pre>`))
shown('/profile', (req) => ({ claims: req.oidc.idTokenClaims, user: req.oidc.user }))
shown('/userinfo', async (req) => ({ answered: await req.oidc.fetchUserInfo() }))
shown('/refresh', async (req) => {
  const before = req.oidc.accessToken.access_token
  const { access_token } = await req.oidc.accessToken.refresh()
  return { isNew: access_token !== before, isKept: req.oidc.accessToken.access_token === access_token }
})
shown('/orders', async (req) => {
  const { token_type, access_token } = req.oidc.accessToken
  const answer = await fetch(process.env.ORDERS, { headers: { authorization: `${token_type} ${access_token}` } })
  return { status: answer.status, ...(await answer.json()) }
})

const tls = { cert: readFileSync(process.env.TLS_CERT), key: readFileSync(process.env.TLS_KEY) }
createServer(tls, app).listen(new URL(options.baseURL).port, '127.0.0.1', () => console.log('ready'))
