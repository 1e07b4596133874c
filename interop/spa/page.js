// What the pages have in common, whichever SDK is behind them: a button for everything that an application does, a
// greeting, and what came of it. Driven by `it::browser::sdks::spa`, which serves `settings.json`.

export const settings = await (await fetch('/settings.json')).json()
export const callback = `${location.origin}/callback`

const status = document.querySelector('[role=status]')
const tokens = new Set()
let renewals = 0

/** Says how often renewing worked, and how many tokens differ. */
export function renewed(...seen) {
  for (const token of seen) tokens.add(token)
  return `Renewed ${++renewals}, ${tokens.size} different tokens`
}

/** Asks who a token is about. */
export async function userinfo(token) {
  const answer = await fetch(`https://${settings.domain}/userinfo`, { headers: { authorization: `Bearer ${token}` } })
  return `userinfo ${answer.status} ${await answer.text()}`
}

/** Connects the buttons: `actions` by their names, `arrive` for the callback, `person` for the claims of who is there. */
export async function run({ actions, arrive, person }) {
  const act = async (action) => {
    status.textContent = ''
    try {
      status.textContent = (await action()) ?? ''
    } catch (error) {
      status.textContent = `Refused: ${error.error}: ${error.message}`
    }
    const who = await person()
    document.querySelector('h1').textContent = who ? `Hello, ${who.name}` : 'Nobody is logged in'
  }
  for (const button of document.querySelectorAll('button')) {
    button.addEventListener('click', () => act(actions[button.textContent]))
  }
  await act(async () => {
    if (location.pathname !== '/callback') return
    await arrive()
    history.replaceState({}, '', '/')
  })
}
