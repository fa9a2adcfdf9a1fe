import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { rolldown } from "rolldown";
import { z } from "zod";

const sourceMap = z.looseObject({ sources: z.array(z.string()), mappings: z.string() });

/**
 * Joins a compiled program with what it imports of ours into a few files: a command starts sooner when Node looks for a third of the files. What is
 * imported later stays a file of its own. Maps carry the sources.
 *
 * @param folder holds the compiled modules, and holds the program instead of them afterwards
 * @param entry its first module, without `.js`: it keeps its name
 * @param isOurs of an import that is no path
 */
export async function bundleProgram(
  folder: string,
  entry: string,
  isOurs: (specifier: string) => boolean,
): Promise<void> {
  const bundled = `${folder}-bundled`;
  const bundle = await rolldown({
    input: { [entry]: join(folder, `${entry}.js`) },
    platform: "node",
    external: (specifier) => !specifier.startsWith(".") && !isAbsolute(specifier) && !isOurs(specifier),
    // Or the folder in which it was built, another one each time, would stand in front of every module.
    experimental: { attachDebugInfo: "none" },
    plugins: [{ name: "maps-of-the-compiler", load: loadWithMap }],
  });
  await bundle.write({
    dir: bundled,
    format: "esm",
    sourcemap: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
  });
  await bundle.close();
  rmSync(folder, { recursive: true });
  renameSync(bundled, folder);
}

/** A module, and how it leads back to the lines that were written. */
function loadWithMap(path: string) {
  if (!existsSync(`${path}.map`)) return null;
  const map = sourceMap.parse(JSON.parse(readFileSync(`${path}.map`, "utf8")));
  const sourcesContent = map.sources.map((source) => readFileSync(join(dirname(path), source), "utf8"));
  return { code: readFileSync(path, "utf8"), map: { ...map, sourcesContent } };
}
