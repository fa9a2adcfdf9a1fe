import { z } from "zod";

/** What of a workspace's package.json decides about the published one. Unknown fields are kept as they are. */
const source = z.looseObject({
  name: z.string(),
  version: z.string(),
  exports: z.record(z.string(), z.string()).optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  /** Fields that are different for the built package, such as `bin` and `engines`; `access` is npm's own. */
  publishConfig: z.looseObject({ access: z.string().optional() }).optional(),
});

/** Only the clone has a use for them. */
const FIELDS_OF_THE_CLONE = ["devDependencies", "publishConfig", "scripts", "private"];

export type PublishedManifest = Readonly<Record<string, unknown>> & {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>> | undefined;
};

/**
 * The package.json of a published package: its exports lead to what was built, `publishConfig` wins over what the clone uses,
 * and nothing in it is for developing Steadfast itself.
 *
 * @param json a workspace's package.json
 * @throws {Error} when an export is not one of the sources
 */
export function publishedManifest(json: unknown): PublishedManifest {
  const { name, version, exports, publishConfig, ...rest } = source.parse(json);
  const kept = Object.entries(rest).filter(([field]) => !FIELDS_OF_THE_CLONE.includes(field));
  const { access, ...changed } = publishConfig ?? {};
  return {
    name,
    version,
    ...Object.fromEntries(kept),
    ...(exports === undefined ? {} : { exports: builtExports(exports) }),
    ...changed,
    ...(access === undefined ? {} : { publishConfig: { access } }),
  };
}

function builtExports(exports: Readonly<Record<string, string>>) {
  const entries = Object.entries(exports).map(([entry, target]) => {
    const stem = /^\.\/src\/(.+)\.ts$/.exec(target)?.[1];
    if (stem === undefined) throw new Error(`exports["${entry}"] is ${target}: it must lead to ./src/….ts`);
    return [entry, { types: `./dist/${stem}.d.ts`, default: `./dist/${stem}.js` }];
  });
  return Object.fromEntries(entries);
}
