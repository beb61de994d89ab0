import { defineConfig } from "vitest/config";

// One file without chunks: the page names it, and hosts serve it as it is.
export default defineConfig({
  build: {
    outDir: "../src/pulseboard/static/pulseboard/build",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
    lib: { entry: "src/dashboard.ts", formats: ["iife"], name: "pulseboard", fileName: () => "dashboard.js" },
  },
  test: { environment: "happy-dom" },
});
