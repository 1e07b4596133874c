// An API that the official SDK for Express protects. Driven by `it::browser::sdks::express`.
//
// Environment: ISSUER, AUDIENCE, PORT; NODE_EXTRA_CA_CERTS names the local authority.
import express from 'express'
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer'

const { ISSUER, AUDIENCE, PORT } = process.env
const app = express()
app.use(auth({ issuerBaseURL: ISSUER, audience: AUDIENCE }))
app.get('/', requiredScopes('read:orders'), (req, res) => res.json({ orders: [], of: req.auth.payload.sub }))
app.use((error, req, res, next) => {
  if (res.headersSent) return next(error)
  res.set(error.headers ?? {}).status(error.status ?? 500).json({ refused: error.code ?? error.message })
})
app.listen(PORT, '127.0.0.1', () => console.log('ready'))
