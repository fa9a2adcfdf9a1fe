import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CliError } from "../cli-error.ts";

/** What the demo starts, all part of the repository. */
export type Clone = {
  readonly serverMain: string;
  readonly shopMain: string;
  readonly shopLoad: string;
  readonly exitWithParent: string;
};

const ROOT = fileURLToPath(new URL("../../../../..", import.meta.url));

/** @throws {CliError} when this is the published package: the example shop is not part of it. */
export function findClone(): Clone {
  const clone: Clone = {
    serverMain: join(ROOT, "packages", "server", "src", "main.ts"),
    shopMain: join(ROOT, "examples", "shop", "src", "main.ts"),
    shopLoad: join(ROOT, "examples", "shop", "src", "load.ts"),
    exitWithParent: fileURLToPath(new URL("./exit-with-parent.ts", import.meta.url)),
  };
  const missing = Object.values(clone).find((path) => !existsSync(path));
  if (missing === undefined) return clone;
  throw new CliError("The demo needs the example shop, which is part of the repository, not of the package.", {
    advice: [`Missing: ${missing}`, "Clone the repository and run `npm run demo` there."],
  });
}
