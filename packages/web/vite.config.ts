import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Where a server started with `npm start` listens; `npm run dev` passes its calls on to it. */
const SERVER = "http://127.0.0.1:4400";

export default defineConfig({
  plugins: [react(), precompress()],
  css: { modules: { localsConvention: "camelCaseOnly" } },
  build: {
    outDir: "dist",
    assetsDir: "assets",
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 4401,
    proxy: { "/api": { target: SERVER }, "/openapi.json": SERVER },
  },
});

/** Writes `.gz` and `.br` beside each text asset: the server sends them as they are and compresses nothing itself. */
function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    closeBundle: async () => {
      const folder = join(import.meta.dirname, "dist/assets");
      for (const name of await readdir(folder)) {
        if (!/\.(?:js|css|svg)$/.test(name)) continue;
        const bytes = await readFile(join(folder, name));
        await writeFile(join(folder, `${name}.gz`), await promisify(gzip)(bytes, { level: 9 }));
        await writeFile(join(folder, `${name}.br`), await promisify(brotliCompress)(bytes));
      }
    },
  };
}
