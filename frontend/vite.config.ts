import { defineConfig } from "vitest/config";

// One file per page without chunks: the page names it, and hosts serve it as it is.
// `vite build --mode NAME` makes NAME.js; the first one empties the folder.
const FIRST = "dashboard";
const PAGES = [FIRST, "endpoint", "status"];

export default defineConfig(({ mode }) => {
  const page = PAGES.includes(mode) ? mode : FIRST;
  return {
    build: {
      outDir: "../src/pulseboard/static/pulseboard/build",
      emptyOutDir: page === FIRST,
      target: "es2022",
      sourcemap: false,
      lib: {
        entry: `src/${page}.ts`,
        formats: ["iife"],
        name: "pulseboard",
        fileName: () => `${page}.js`,
      },
    },
    test: { environment: "happy-dom" },
  };
});
