import { z } from "zod";

const lockFile = z.object({
  packages: z.record(z.string(), z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() })),
});

/**
 * Finds the optional dependencies that a lock file leaves out, such as the binaries for another platform.
 *
 * `npm ci` refuses such a file ("Missing: … from lock file"), and who works on that platform would get nothing.
 *
 * @param json the content of `package-lock.json`
 */
export function findUnlockedPackages(json: unknown): readonly string[] {
  const { packages } = lockFile.parse(json);
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !placesOf(name, path).some((place) => place in packages))
      .map((name) => `${name} (${path})`),
  );
}

/** Where a package at `path` finds `name`: beside itself, then in every folder above. */
function placesOf(name: string, path: string): readonly string[] {
  const segments = path.split("/");
  return Array.from({ length: segments.length + 1 }, (_, depth) =>
    [...segments.slice(0, segments.length - depth), "node_modules", name].filter((part) => part !== "").join("/"),
  );
}
