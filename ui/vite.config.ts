// How the window's front end is served, built and tested. `--mode fake` is the front end alone, over made-up data.

import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  clearScreen: false,
  // The catalogue of texts lies outside this folder.
  server: { port: 5173, strictPort: true, fs: { allow: [".."] } },
  build: {
    target: "safari16",
    // The content policy has no room for inlined scripts, and the bundle is read from disk anyway.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  // Without this, tests would get Svelte's server build.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts"],
    setupFiles: ["src/tests/setup.ts"],
  },
}));
