import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Auth0Provider } from '@auth0/auth0-react'
import { App } from './App.jsx'

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <Auth0Provider
      domain={import.meta.env.VITE_DOORWARD_DOMAIN}
      clientId={import.meta.env.VITE_DOORWARD_CLIENT_ID}
      authorizationParams={{ redirect_uri: window.location.origin + '/callback' }}
      onRedirectCallback={() => window.history.replaceState({}, '', '/')}
    >
      <App />
    </Auth0Provider>
  </StrictMode>,
)
