import { defineConfig } from 'vite'

export default defineConfig({
  // The callback is an exact address: another port would be refused.
  server: { host: 'localhost', port: 5173, strictPort: true },
})
