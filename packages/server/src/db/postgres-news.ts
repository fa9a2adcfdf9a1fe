import pg from "pg";

export const NEWS_CHANNEL = "steadfast_journal";

const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 5_000;

/**
 * Listens on a connection of its own, and connects again for ever when it is lost (100 ms doubling to 5 s).
 * `onHint` is called for each notification and after each connect, because what was sent in between is lost.
 */
export async function listenForNews(url: string, onHint: () => void): Promise<() => Promise<void>> {
  let isStopped = false;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let delayMs = RECONNECT_MIN_MS;

  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: url,
      keepAlive: true,
      application_name: "steadfast-news",
      connectionTimeoutMillis: RECONNECT_MAX_MS,
    });
    client = next;
    let isLost = false;
    const lose = () => {
      if (isLost) return;
      isLost = true;
      next.removeAllListeners("notification");
      next.end().catch(() => {});
      if (isStopped) return;
      timer = setTimeout(() => void connect(), delayMs);
      timer.unref();
      delayMs = Math.min(delayMs * 2, RECONNECT_MAX_MS);
    };
    next.on("error", lose);
    next.on("end", lose);
    next.on("notification", onHint);
    try {
      await next.connect();
      await next.query(`listen ${NEWS_CHANNEL}`);
    } catch {
      return lose();
    }
    if (isStopped) return lose();
    delayMs = RECONNECT_MIN_MS;
    onHint();
  };

  await connect();
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await client?.end().catch(() => {});
  };
}
