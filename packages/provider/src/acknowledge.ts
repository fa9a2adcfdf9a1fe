import type { Clock } from "./clock.ts";
import { type Applied, type ControlPlane, discard, REQUEST_TIMEOUT_MS } from "./control-plane.ts";
import { withTimeout } from "./with-timeout.ts";

/**
 * An applied version is said again this often, give or take 20 %, so that the server knows who is still there: it forgets an
 * instance that it did not hear of for 10 minutes.
 */
export const SAY_AGAIN_MS = 60_000;

export type AcknowledgeDeps = {
  readonly clock: Clock;
  readonly random: () => number;
  readonly controlPlane: ControlPlane;
  readonly instance: string;
  readonly name: string;
  readonly signal: AbortSignal;
};

/**
 * Tells the server which version is applied. Fire and forget: one request at a time, only ever the newest version; one that
 * was lost is said again with the next `applied`, or after `SAY_AGAIN_MS`.
 */
export function createAcknowledgements(deps: AcknowledgeDeps) {
  let wanted: number | undefined;
  let acknowledged: number | undefined;
  let isSending = false;

  let cancelTimer: (() => void) | undefined;

  const send = async (): Promise<void> => {
    isSending = true;
    while (wanted !== acknowledged && wanted !== undefined && !deps.signal.aborted) {
      const body: Applied = { instance: deps.instance, name: deps.name, version: wanted };
      const isTaken = await post(deps, body);
      sayAgainLater();
      if (!isTaken) break;
      acknowledged = body.version;
    }
    isSending = false;
  };

  const sendUnlessSending = (): void => {
    if (!isSending) void send();
  };

  const sayAgainLater = (): void => {
    cancelTimer?.();
    if (deps.signal.aborted) return;
    cancelTimer = deps.clock.after(SAY_AGAIN_MS * (0.8 + 0.4 * deps.random()), "acknowledge", () => {
      acknowledged = undefined;
      sendUnlessSending();
    });
  };

  return {
    applied(version: number): void {
      wanted = version;
      sendUnlessSending();
    },
    close: (): void => cancelTimer?.(),
  };
}

/** @returns whether the server took it */
async function post(deps: AcknowledgeDeps, body: Applied): Promise<boolean> {
  try {
    return await withTimeout(deps.clock, REQUEST_TIMEOUT_MS, deps.signal, async (bounded) => {
      const response = await deps.controlPlane.postApplied(body, bounded);
      await discard(response);
      return response.ok;
    });
  } catch {
    // Unreachable, which the stream reports with more to say.
    return false;
  }
}
