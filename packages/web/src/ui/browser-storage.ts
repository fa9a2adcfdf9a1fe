/** What this browser remembers for its person. Storage can be full or forbidden: then nothing is remembered, and nothing fails. */

export function readStored(key: string): string | null {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function writeStored(key: string, value: string): void {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    // Not remembered.
  }
}
