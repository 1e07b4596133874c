import { useAuth0 } from '@auth0/auth0-react'

export function App() {
  const { isLoading, isAuthenticated, error, user, loginWithRedirect, logout } = useAuth0()

  if (isLoading) return <p>One moment</p>
  if (error) return <p role="alert">{error.message}</p>
  if (!isAuthenticated) return <button onClick={() => loginWithRedirect()}>Log in</button>

  const leave = () => logout({ logoutParams: { returnTo: window.location.origin + '/' } })
  return (
    <>
      <h1>Hello, {user.name}</h1>
      <p>{user.email}</p>
      <button onClick={leave}>Log out</button>
    </>
  )
}
