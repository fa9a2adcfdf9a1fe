import type { SteadfastOptions } from "./client-options.ts";
import { type ParsedSnapshot, readSnapshot, type Snapshot, toSnapshot } from "./snapshot.ts";
import { readSnapshotFile } from "./snapshot-file.ts";

export type LocalSnapshot = {
  readonly snapshot: Snapshot;
  readonly source: "disk" | "bundled";
  readonly writtenAtMs: number | undefined;
};

/**
 * The snapshot to start from: what was kept on disk, else what was bundled with the application.
 *
 * One that cannot be used is left out, and `onFault` is told.
 */
export async function loadLocalSnapshot(
  options: Pick<SteadfastOptions, "snapshotFile" | "bundledSnapshot">,
  environment: string,
  onFault: (message: string) => void,
): Promise<LocalSnapshot | undefined> {
  const { snapshotFile, bundledSnapshot } = options;
  if (snapshotFile !== undefined) {
    const kept = await load(snapshotFile, environment, `snapshotFile ${snapshotFile}`, onFault);
    if (kept) return { ...kept, source: "disk" };
  }
  if (bundledSnapshot === undefined) return undefined;
  if (typeof bundledSnapshot === "string") {
    const bundled = await load(bundledSnapshot, environment, `bundledSnapshot ${bundledSnapshot}`, onFault);
    if (!bundled) return undefined;
    // When the image was built says nothing about how old the flags are.
    return { snapshot: bundled.snapshot, writtenAtMs: undefined, source: "bundled" };
  }
  const snapshot = accept(toSnapshot(bundledSnapshot, undefined, environment), "bundledSnapshot", onFault);
  return snapshot && { snapshot, writtenAtMs: undefined, source: "bundled" };
}

async function load(path: string, environment: string, name: string, onFault: (message: string) => void) {
  try {
    const file = await readSnapshotFile(path);
    if (!file) return undefined;
    const snapshot = accept(readSnapshot(file.text, undefined, environment), name, onFault);
    return snapshot && { snapshot, writtenAtMs: file.writtenAtMs };
  } catch (error) {
    onFault(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function accept(parsed: ParsedSnapshot, name: string, onFault: (message: string) => void): Snapshot | undefined {
  if (parsed.ok) return parsed.snapshot;
  onFault(`${name} is not used: ${parsed.message}`);
  return undefined;
}
