/**
 * Reads JSON that this program wrote into its own store. What comes from outside goes through zod instead.
 *
 * @throws {SyntaxError} when the store was changed by hand
 */
export function readStoredJson<T>(text: string): T {
  const value: T = JSON.parse(text);
  return value;
}

/** The typed view of data that this program wrote into its own journal. */
export function storedAs<T>(value: unknown): T {
  trust<T>(value);
  return value;
}

function trust<T>(_value: unknown): asserts _value is T {}
