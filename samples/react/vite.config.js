import { defineConfig, loadEnv } from 'vite'

export default defineConfig(({ mode }) => ({
  // The callback is an exact address: another port would be refused.
  server: { host: 'localhost', port: Number(loadEnv(mode, '.', 'PORT').PORT || 5173), strictPort: true },
}))
