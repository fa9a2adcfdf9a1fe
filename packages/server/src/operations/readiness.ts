/** How long the store may take to answer a readiness check. */
export const READINESS_TIMEOUT_MS = 1_000;

export type NotReady = { readonly name: string; readonly detail: string };

type ReadinessDeps = {
  /** Answers when the store does. */
  readonly askStore: () => Promise<unknown>;
  readonly isShuttingDown: () => boolean;
};

/**
 * Whether this node should be sent requests. Anybody may ask, so asking again while the store has not answered costs nothing,
 * and the answer never says more than which part is not ready.
 */
export function createReadiness({ askStore, isShuttingDown }: ReadinessDeps): () => Promise<readonly NotReady[]> {
  let asking: Promise<NotReady | undefined> | undefined;
  let question: Promise<unknown> | undefined;

  async function checkStore(): Promise<NotReady | undefined> {
    // One question at a time even after it was given up: a hanging store must not collect them.
    question ??= askStore().finally(() => {
      question = undefined;
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(resolve, READINESS_TIMEOUT_MS, "late");
    });
    try {
      const answer = await Promise.race([question.then(() => "answered" as const), late]);
      return answer === "answered" ? undefined : { name: "store", detail: "did not answer within a second" };
    } catch {
      return { name: "store", detail: "cannot be reached; the server's log says why" };
    } finally {
      clearTimeout(timer);
    }
  }

  return async () => {
    if (isShuttingDown()) return [{ name: "server", detail: "is shutting down" }];
    asking ??= checkStore().finally(() => {
      asking = undefined;
    });
    const store = await asking;
    return store ? [store] : [];
  };
}
