/** A bug in the new code behind a flag: what the demo lets the guard find. */
export type Fault = {
  /** Share of requests through the new code that fail, 0..1. */
  readonly failureRate: number;
  /** The new code takes so many times as long, 0.1..100. */
  readonly latencyFactor: number;
};

/** By flag. */
export type Faults = ReadonlyMap<string, Fault>;

export const NO_FAULT: Fault = { failureRate: 0, latencyFactor: 1 };

export type ParsedFault =
  | { readonly ok: true; readonly flag: string; readonly fault: Fault }
  | { readonly ok: false; readonly message: string };

/** Reads `{"flag": "new-checkout", "failureRate": 0.1, "latencyFactor": 1}`; both numbers may be left out. */
export function parseFault(json: unknown): ParsedFault {
  if (typeof json !== "object" || json === null || !("flag" in json) || typeof json.flag !== "string") {
    return { ok: false, message: "flag must name the flag whose new code has the bug" };
  }
  const failureRate = "failureRate" in json ? json.failureRate : NO_FAULT.failureRate;
  const latencyFactor = "latencyFactor" in json ? json.latencyFactor : NO_FAULT.latencyFactor;
  if (typeof failureRate !== "number" || !(failureRate >= 0 && failureRate <= 1)) {
    return { ok: false, message: "failureRate must be a number 0..1" };
  }
  if (typeof latencyFactor !== "number" || !(latencyFactor >= 0.1 && latencyFactor <= 100)) {
    return { ok: false, message: "latencyFactor must be a number 0.1..100" };
  }
  return { ok: true, flag: json.flag, fault: { failureRate, latencyFactor } };
}
