/**
 * The attributes that are read, of all that a span carries.
 *
 * @see OpenTelemetry semantic conventions 1.45: feature-flags, http, resource/deployment-environment; the second of each
 *   pair is the older name, which instrumentations still send.
 */
export const ATTRIBUTE = {
  none: 0,
  serviceName: 1,
  environment: 2,
  olderEnvironment: 3,
  flagKey: 4,
  variant: 5,
  olderVariant: 6,
  contextId: 7,
  httpStatus: 8,
  olderHttpStatus: 9,
} as const;

const NAMES: readonly (readonly [name: string, attribute: number])[] = [
  ["service.name", ATTRIBUTE.serviceName],
  ["deployment.environment.name", ATTRIBUTE.environment],
  ["deployment.environment", ATTRIBUTE.olderEnvironment],
  ["feature_flag.key", ATTRIBUTE.flagKey],
  ["feature_flag.result.variant", ATTRIBUTE.variant],
  ["feature_flag.variant", ATTRIBUTE.olderVariant],
  ["feature_flag.context.id", ATTRIBUTE.contextId],
  ["http.response.status_code", ATTRIBUTE.httpStatus],
  ["http.status_code", ATTRIBUTE.olderHttpStatus],
];

export const EVALUATION_EVENT_NAMES = ["feature_flag.evaluation", "feature_flag"] as const;

const BY_NAME: ReadonlyMap<string, number> = new Map(NAMES);

export function attributeOfName(name: string): number {
  return BY_NAME.get(name) ?? ATTRIBUTE.none;
}

type Candidate = { readonly bytes: Uint8Array; readonly attribute: number };

const LENGTH_MAX = Math.max(...NAMES.map(([name]) => name.length));
/** By length in bytes: all but one attribute in ten is refused by its length or its first byte alone. */
const BY_LENGTH: readonly (readonly Candidate[])[] = Array.from({ length: LENGTH_MAX + 1 }, (_, length) =>
  NAMES.filter(([name]) => name.length === length).map(([name, attribute]) => ({
    bytes: Buffer.from(name),
    attribute,
  })),
);

/** `ATTRIBUTE.none` for a name that nobody reads. Allocates nothing. */
export function attributeOfBytes(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length > LENGTH_MAX) return ATTRIBUTE.none;
  const candidates = BY_LENGTH[length];
  if (candidates === undefined) return ATTRIBUTE.none;
  for (const candidate of candidates) {
    if (isAt(candidate.bytes, bytes, start)) return candidate.attribute;
  }
  return ATTRIBUTE.none;
}

/** Whether `name` stands at `start`; the caller has checked the length. */
export function isAt(name: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let position = 0; position < name.length; position += 1) {
    if (name[position] !== bytes[start + position]) return false;
  }
  return true;
}
