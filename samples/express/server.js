import { randomBytes } from 'node:crypto'
import express from 'express'
import openid from 'express-openid-connect'

const { auth, requiresAuth } = openid
const env = process.env
const app = express()

app.use(
  auth({
    issuerBaseURL: env.ISSUER_BASE_URL,
    clientID: env.CLIENT_ID,
    clientSecret: env.CLIENT_SECRET,
    baseURL: env.BASE_URL,
    secret: env.SESSION_SECRET || randomBytes(32).toString('hex'),
    authorizationParams: { response_type: 'code', scope: 'openid profile email' },
    auth0Logout: true,
    authRequired: false,
  }),
)

const escape = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)
const page = (body) => `<!doctype html><html lang="en"><title>Express sample</title><link rel="icon" href="data:,">${body}`

app.get('/', (req, res) => {
  if (!req.oidc.isAuthenticated()) return res.send(page('<h1>Welcome</h1><a href="/login">Log in</a>'))
  const name = escape(req.oidc.user.name)
  res.send(page(`<h1>Hello, ${name}</h1><a href="/profile">Profile</a> <a href="/logout">Log out</a>`))
})

app.get('/profile', requiresAuth(), (req, res) => res.json(req.oidc.user))

const { port } = new URL(env.BASE_URL)
app.listen(port, () => console.log(`Open ${env.BASE_URL}`))
