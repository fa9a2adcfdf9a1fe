import { readFile, stat } from "node:fs/promises";
import type { Clock } from "./clock.ts";

/** How often the file is looked at. A `stat` a second costs nothing; a watch is lost on some network file systems. */
export const BREAK_GLASS_POLL_MS = 1_000;
/** A file that switches flags off is small; a larger one is something else. */
export const BREAK_GLASS_BYTES_MAX = 1024 * 1024;

/** `"OFF"`: the code default. Else the variant that everybody gets. */
export type Override = "OFF" | { readonly variant: string };
export type Overrides = ReadonlyMap<string, Override>;

export const NO_OVERRIDES: Overrides = new Map();

export type BreakGlassDeps = {
  readonly path: string;
  readonly clock: Clock;
  readonly onOverrides: (overrides: Overrides) => void;
  /** The file cannot be used; the overrides before stay. Said once for each state of the file. */
  readonly onFault: (message: string) => void;
};

/** Follows the break-glass file. `check` looks once; `start` keeps looking until the returned function is called. */
export function followBreakGlass(deps: BreakGlassDeps) {
  let seen = "absent";

  const check = async (): Promise<void> => {
    try {
      const info = await stat(deps.path).catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      });
      const state = info ? `${info.mtimeMs} ${info.size} ${info.ino}` : "absent";
      if (state === seen) return;
      seen = state;
      if (!info) {
        deps.onOverrides(NO_OVERRIDES);
        return;
      }
      if (info.size > BREAK_GLASS_BYTES_MAX) {
        deps.onFault(`it is larger than ${BREAK_GLASS_BYTES_MAX} bytes`);
        return;
      }
      const parsed = parseOverrides(await readFile(deps.path, "utf8"));
      if (parsed.ok) deps.onOverrides(parsed.overrides);
      else deps.onFault(parsed.message);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (seen !== message) deps.onFault(message);
      seen = message;
    }
  };

  const start = (): (() => void) => {
    let isStopped = false;
    let cancel = (): void => undefined;
    const again = (): void => {
      cancel = deps.clock.after(BREAK_GLASS_POLL_MS, "break-glass", () => {
        void check().then(() => {
          if (!isStopped) again();
        });
      });
    };
    again();
    return () => {
      isStopped = true;
      cancel();
    };
  };

  return { check, start };
}

/** Reads `{"flags": {"<key>": "OFF" | {"variant": "<name>"}}}`. */
export function parseOverrides(
  text: string,
): { readonly ok: true; readonly overrides: Overrides } | { readonly ok: false; readonly message: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, message: `it is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (!isRecord(json) || !isRecord(json.flags)) {
    return { ok: false, message: 'write {"flags": {"<key>": "OFF"}} or {"flags": {"<key>": {"variant": "<name>"}}}' };
  }
  const overrides = new Map<string, Override>();
  for (const [key, override] of Object.entries(json.flags)) {
    if (override === "OFF") overrides.set(key, "OFF");
    else if (isRecord(override) && typeof override.variant === "string") {
      overrides.set(key, { variant: override.variant });
    } else return { ok: false, message: `/flags/${key}: write "OFF" or {"variant": "<name>"}` };
  }
  return { ok: true, overrides };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
