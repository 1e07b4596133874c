// Administers a running Doorward with the official Management SDK (npm auth0), as it is published:
// clients, their secrets and keys, APIs, client grants, roles, connections, users, logs, settings. Run by
// `it::binary::tools`. The SDK lists each thing in one form; the package holds its previous generation, too,
// which knows bare arrays and totals. No SDK asks for a checkpoint where the original has pages as well.
//
// Environment: ISSUER, MACHINE_ID, MACHINE_SECRET; NODE_EXTRA_CA_CERTS names the local authority.
import { ManagementClient } from 'auth0'
import { ManagementClient as Previous } from 'auth0/legacy'

const env = (name) => process.env[name] ?? (() => { throw new Error(`${name} is not set`) })()
const issuer = new URL(env('ISSUER'))
const options = { domain: issuer.host, clientId: env('MACHINE_ID'), clientSecret: env('MACHINE_SECRET') }
const api = new ManagementClient(options)
const previous = new Previous(options)

let passed = 0
let failed = 0
async function step(name, run) {
  try {
    await run()
    passed++
    console.log(`ok - ${name}`)
  } catch (error) {
    failed++
    console.log(`not ok - ${name}\n  ${error?.stack ?? error}${error?.body ? `\n  body: ${JSON.stringify(error.body)}` : ''}`)
  }
}
function must(condition, what) {
  if (!condition) throw new Error(`expected: ${what}`)
}
/** What a call is refused with. */
async function refusal(call) {
  try {
    await call()
  } catch (error) {
    return { status: error.statusCode, code: error.body?.errorCode }
  }
  throw new Error('expected: a refusal')
}
/** Everything that a list of the SDK gives, page by page. */
async function all(list) {
  const found = []
  for await (const entry of await list) found.push(entry)
  return found
}
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)
/**
 * Lists a resource in every form that it has: page by page with totals, as a bare array, and by checkpoint
 * where `walks` says so. Each has to give the same things, each of them once, and `wanted` among them.
 */
async function inEveryForm({ list, bare, path, collection, id, wanted, walks }) {
  const ids = (things) => things.map((thing) => thing[id]).sort()
  const known = ids(await all(list({ per_page: 2, take: 2 })))
  must(known.includes(wanted), `${wanted} in the list of the SDK`)
  must(new Set(known).size === known.length, 'every one once')
  const array = (await bare({ per_page: 100 })).data
  must(Array.isArray(array) && same(ids(array), known), 'the same as a bare array')
  const counted = (await bare({ per_page: 1, page: 0, include_totals: true })).data
  must(counted.total === known.length && counted[collection].length === 1, 'the same total')
  if (!walks) return
  const walked = []
  const token = await bearer()
  for (let next = ''; next !== undefined; ) {
    const address = new URL(`/api/v2/${path}?take=2${next && `&from=${encodeURIComponent(next)}`}`, issuer)
    const part = await (await fetch(address, { headers: { authorization: `Bearer ${token}` } })).json()
    walked.push(...part[collection])
    next = part.next
  }
  must(same(ids(walked), known), 'the same by checkpoint')
}

let shop
await step('a client is made with its secret and the defaults of its kind', async () => {
  shop = await api.clients.create({
    name: 'Shop',
    app_type: 'regular_web',
    callbacks: ['https://shop.example.test/callback'],
    token_endpoint_auth_method: 'client_secret_post',
    jwt_configuration: { alg: 'RS256', lifetime_in_seconds: 3600 },
    client_metadata: { team: 'till' },
  })
  must(/^[A-Za-z0-9]{32}$/.test(shop.client_id), 'a Client ID of 32 letters and digits')
  must(shop.client_secret.length === 64, 'a secret of 64 characters')
  must(shop.grant_types.includes('authorization_code'), 'the default grants')
})

await step('a client is read, whole and by fields', async () => {
  const whole = await api.clients.get(shop.client_id)
  must(whole.name === 'Shop' && whole.client_metadata.team === 'till', 'what was sent')
  const part = await api.clients.get(shop.client_id, { fields: 'name,callbacks', include_fields: true })
  must(same(Object.keys(part).sort(), ['callbacks', 'name']), 'two fields')
})

await step('clients are listed in all three forms', async () => {
  for (let n = 0; n < 3; n++) await api.clients.create({ name: `Listed ${n}` })
  await inEveryForm({
    list: (asked) => api.clients.list({ per_page: asked.per_page, include_totals: true }),
    bare: (asked) => previous.clients.getAll(asked),
    path: 'clients', collection: 'clients', id: 'client_id', wanted: shop.client_id, walks: true,
  })
})

await step('a change replaces what it names, null clears, and the same again changes nothing', async () => {
  const changed = await api.clients.update(shop.client_id, {
    description: 'A shop',
    allowed_origins: ['https://shop.example.test'],
    client_metadata: { team: null, door: 'north' },
  })
  must(changed.description === 'A shop' && same(changed.client_metadata, { door: 'north' }), 'the change')
  const again = await api.clients.update(shop.client_id, { description: 'A shop' })
  must(same(again, changed), 'the same object')
  const cleared = await api.clients.update(shop.client_id, { description: null })
  must(!('description' in cleared), 'no description')
})

await step('a secret is rotated', async () => {
  const rotated = await api.clients.rotateSecret(shop.client_id)
  must(rotated.client_secret && rotated.client_secret !== shop.client_secret, 'a new secret')
})

await step('what is wrong with a client is said', async () => {
  const bad = await refusal(() => api.clients.update(shop.client_id, { callbacks: ['javascript:alert(1)'] }))
  must(bad.status === 400 && bad.code === 'invalid_body', '400 invalid_body')
  const unknown = await refusal(() => api.clients.get('nobody'))
  must(unknown.status === 404 && unknown.code === 'inexistent_client', '404 inexistent_client')
})

let orders
await step('an API is made, listed, changed, found by identifier', async () => {
  orders = await api.resourceServers.create({
    identifier: 'https://orders.example.test/',
    name: 'Orders',
    scopes: [{ value: 'read:orders', description: 'Read orders' }, { value: 'write:orders' }],
  })
  must(orders.signing_alg === 'RS256' && orders.token_lifetime === 86400, 'the defaults')
  await inEveryForm({
    list: ({ per_page }) => api.resourceServers.list({ per_page }),
    bare: (asked) => previous.resourceServers.getAll(asked),
    path: 'resource-servers', collection: 'resource_servers', id: 'id', wanted: orders.id,
  })
  const changed = await api.resourceServers.update(orders.id, { token_lifetime: 600, allow_offline_access: true })
  must(changed.token_lifetime === 600, 'the change')
  const found = await api.resourceServers.get('https://orders.example.test/')
  must(found.id === orders.id, 'the same API')
  const twice = await refusal(() => api.resourceServers.create({ identifier: 'https://orders.example.test/' }))
  must(twice.status === 409, '409')
})

let worker
await step('a program gets what it was granted, and no more', async () => {
  worker = await api.clients.create({ name: 'Worker', app_type: 'non_interactive', grant_types: ['client_credentials'] })
  const grant = await api.clientGrants.create({
    client_id: worker.client_id, audience: orders.identifier, scope: ['read:orders'],
  })
  let claims = await tokenOf(worker)
  must(claims.scope === 'read:orders' && claims.aud === orders.identifier, 'the granted scope')
  must(claims.exp - claims.iat === 600, "the API's lifetime")
  await api.clientGrants.update(grant.id, { scope: ['read:orders', 'write:orders'] })
  claims = await tokenOf(worker)
  must(claims.scope === 'read:orders write:orders', 'the new scope')
  const listed = await all(api.clientGrants.list({ client_id: worker.client_id }))
  must(listed.length === 1 && listed[0].id === grant.id, 'the grant')
  must(same(await api.clientGrants.get(grant.id), listed[0]), 'the same grant')
  await inEveryForm({
    list: ({ take }) => api.clientGrants.list({ take }),
    bare: (asked) => previous.clientGrants.getAll(asked),
    path: 'client-grants', collection: 'client_grants', id: 'id', wanted: grant.id, walks: true,
  })
  await api.clientGrants.delete(grant.id)
  must((await refusal(() => api.clientGrants.get(grant.id))).status === 404, '404')
  const refused = await tokenOf(worker)
  must(refused.error === 'access_denied', 'access_denied')
})

let ada
await step('a person is made, found, changed, found by query', async () => {
  ada = await api.users.create({
    connection: 'Username-Password-Authentication', email: 'ada@example.test', password: 'lovelace and babbage',
    user_metadata: { language: 'en' }, app_metadata: { plan: 'gold' },
  })
  must(ada.user_id.startsWith('auth0|') && ada.identities.length === 1, 'an id and an identity')
  const read = await api.users.get(ada.user_id)
  must(read.email === 'ada@example.test', 'the same person')
  const changed = await api.users.update(ada.user_id, { nickname: 'Ada', user_metadata: { language: null, theme: 'dark' } })
  must(changed.nickname === 'Ada' && same(changed.user_metadata, { theme: 'dark' }), 'the merged change')
  await inEveryForm({
    list: ({ per_page }) => api.users.list({ per_page }),
    bare: (asked) => previous.users.getAll(asked),
    path: 'users', collection: 'users', id: 'user_id', wanted: ada.user_id,
  })
  const byEmail = await api.users.listUsersByEmail({ email: 'ada@example.test' })
  must(byEmail.length === 1 && byEmail[0].user_id === ada.user_id, 'one person by email')
  const found = await all(api.users.list({ q: 'email:"ada@example.test" AND app_metadata.plan:gold', search_engine: 'v3' }))
  must(found.length === 1, 'one person by query')
  const again = await refusal(() => api.users.create({
    connection: 'Username-Password-Authentication', email: 'ada@example.test', password: 'lovelace and babbage',
  }))
  must(again.status === 409, '409')
})

await step('roles give permissions', async () => {
  const role = await api.roles.create({ name: 'Clerk', description: 'Reads orders' })
  const permissions = [{ resource_server_identifier: orders.identifier, permission_name: 'read:orders' }]
  await api.roles.permissions.add(role.id, { permissions })
  await api.roles.permissions.add(role.id, { permissions })
  must((await all(api.roles.permissions.list(role.id))).length === 1, 'one permission, though added twice')
  await api.users.roles.assign(ada.user_id, { roles: [role.id] })
  must((await all(api.users.roles.list(ada.user_id)))[0].name === 'Clerk', 'the role')
  must((await all(api.roles.users.list(role.id)))[0].user_id === ada.user_id, 'the person')
  const renamed = await api.roles.update(role.id, { name: 'Reader' })
  must(renamed.name === 'Reader' && same(await api.roles.get(role.id), renamed), 'the new name')
  await inEveryForm({
    list: ({ per_page }) => api.roles.list({ per_page }),
    bare: (asked) => previous.roles.getAll(asked),
    path: 'roles', collection: 'roles', id: 'id', wanted: role.id,
  })
  await api.roles.delete(role.id)
  must((await refusal(() => api.roles.get(role.id))).code === 'inexistent_role', 'inexistent_role')
  must((await all(api.users.roles.list(ada.user_id))).length === 0, 'no role')
})

await step('a connection is made, switched on for a client, and deleted', async () => {
  const staff = await api.connections.create({ name: 'Staff', strategy: 'auth0' })
  await api.connections.clients.update(staff.id, [{ client_id: shop.client_id, status: true }])
  const enabled = await all(api.connections.clients.get(staff.id))
  must(enabled.some((one) => one.client_id === shop.client_id), 'the client')
  const ofClient = await all(api.clients.connections.get(shop.client_id))
  must(ofClient.some((one) => one.id === staff.id), 'the connection')
  await inEveryForm({
    list: ({ take }) => api.connections.list({ take }),
    bare: (asked) => previous.connections.getAll(asked),
    path: 'connections', collection: 'connections', id: 'id', wanted: staff.id, walks: true,
  })
  await api.connections.update(staff.id, { display_name: 'Our staff' })
  must((await api.connections.get(staff.id)).display_name === 'Our staff', 'the new name')
  await api.connections.delete(staff.id)
  must((await refusal(() => api.connections.get(staff.id))).code === 'inexistent_connection', 'inexistent_connection')
})

await step('settings, keys and logs are there', async () => {
  const settings = await api.tenants.settings.get()
  await api.tenants.settings.update({ friendly_name: 'Acme' })
  must((await api.tenants.settings.get()).friendly_name === 'Acme', 'the new name')
  must(settings.session_lifetime > 0, 'a session lifetime')
  const keys = await api.keys.signing.list()
  must(keys.some((key) => key.current) && keys.some((key) => key.next), 'a current and a next key')
  const logs = await all(api.logs.list({ per_page: 100 }))
  must(logs.some((event) => event.type === 'sapi'), 'what this program did')
})

await step('a log stream is made, changed and deleted, and keeps its token when it is sent back', async () => {
  const sink = { splunkDomain: 'splunk.example.test', splunkPort: '8088', splunkToken: 'token', splunkSecure: true }
  const made = await api.logStreams.create({ name: 'Splunk', type: 'splunk', sink })
  const read = await api.logStreams.get(made.id)
  must(read.status === 'active' && read.sink.splunkToken === '', 'a stream without its token')
  await api.logStreams.update(made.id, { status: 'paused', sink: read.sink })
  must((await api.logStreams.list()).some((one) => one.id === made.id && one.status === 'paused'), 'the stream, paused')
  await api.logStreams.delete(made.id)
  must((await refusal(() => api.logStreams.get(made.id))).code === 'inexistent_log_stream', 'inexistent_log_stream')
})

await step('what does not exist yet says which scope it would ask for', async () => {
  const refused = await refusal(() => api.organizations.list())
  must(refused.status === 403 && refused.code === 'insufficient_scope', '403 insufficient_scope')
})

await step('what is deleted is gone, also the second time', async () => {
  await api.users.delete(ada.user_id)
  must((await refusal(() => api.users.get(ada.user_id))).code === 'inexistent_user', 'inexistent_user')
  await api.resourceServers.delete(orders.id)
  must((await refusal(() => api.resourceServers.get(orders.id))).code === 'inexistent_resource_server', 'inexistent_resource_server')
  await api.clients.delete(shop.client_id)
  await api.clients.delete(shop.client_id)
  must((await refusal(() => api.clients.get(shop.client_id))).status === 404, '404')
})

async function bearer() {
  const answer = await token({ client_id: env('MACHINE_ID'), client_secret: env('MACHINE_SECRET'), audience: `${issuer.href}api/v2/` })
  return answer.access_token
}
async function token(parameters) {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...parameters })
  return (await fetch(new URL('/oauth/token', issuer), { method: 'POST', body })).json()
}
/** The claims of a fresh token for the API of orders, or the refusal. */
async function tokenOf(client) {
  const answer = await token({ client_id: client.client_id, client_secret: client.client_secret, audience: orders.identifier })
  if (!answer.access_token) return answer
  return JSON.parse(Buffer.from(answer.access_token.split('.')[1], 'base64url'))
}

console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
