import { readStored, writeStored } from "../ui/browser-storage.ts";

const STORAGE_KEY = "steadfast-single-keys";

/** Whether keys without a modifier do something. On, until somebody switches them off in this browser. */
export function areSingleKeysOn(): boolean {
  return readStored(STORAGE_KEY) !== "off";
}

export function switchSingleKeys(isOn: boolean): void {
  writeStored(STORAGE_KEY, isOn ? "on" : "off");
}
