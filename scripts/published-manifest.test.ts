import { describe, expect, it } from "vitest";
import { publishedManifest } from "./published-manifest.ts";

const NAMED = { name: "@steadfast/core", version: "1.2.3" };

describe("a published package.json", () => {
  it("leads to what was built", () => {
    const manifest = publishedManifest({ ...NAMED, exports: { ".": "./src/node.ts", "./*": "./src/*.ts" } });

    expect(manifest.exports).toEqual({
      ".": { types: "./dist/node.d.ts", default: "./dist/node.js" },
      "./*": { types: "./dist/*.d.ts", default: "./dist/*.js" },
    });
  });

  it("keeps version, dependencies and peers, and nothing for developing Steadfast itself", () => {
    const kept = { type: "module", dependencies: { "@steadfast/core": "1.2.3" }, peerDependencies: { sdk: "^1" } };
    const dropped = { devDependencies: { tool: "1" }, scripts: { postinstall: "x" }, private: true };

    expect(publishedManifest({ ...NAMED, ...kept, ...dropped })).toEqual({ ...NAMED, ...kept });
  });

  it("prefers what is meant for the published package", () => {
    const manifest = publishedManifest({
      ...NAMED,
      bin: { steadfast: "./src/main.ts" },
      publishConfig: { access: "public", bin: { steadfast: "./dist/launch.js" }, engines: { node: ">=24" } },
    });

    expect(manifest).toEqual({
      ...NAMED,
      bin: { steadfast: "./dist/launch.js" },
      engines: { node: ">=24" },
      publishConfig: { access: "public" },
    });
  });

  it("is refused when an export is not one of the sources", () => {
    expect(() => publishedManifest({ ...NAMED, exports: { ".": "./dist/node.js" } })).toThrow(/\.\/dist\/node\.js/);
  });
});
