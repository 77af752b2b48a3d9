import { loadEnv } from "vite";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds the API: a local cloud that runs already, or API=http://… */
const API = "http://localhost:8000";

export default defineConfig(({ mode }) => ({
  // Relative, so that the page works below a stage's name too.
  base: "./",
  build: {
    outDir: "../functions/console/static",
    emptyOutDir: true,
    target: "es2022",
    // Small files stay files: the page's policy allows no data: fonts or styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Licences ask that their notices stay with the code.
    rolldownOptions: { output: { comments: { legal: true } } },
  },
  // The tests read the style sheet's colours.
  test: { css: true },
  server: { proxy: { "/api": loadEnv(mode, ".", "API").API ?? API } },
}));
