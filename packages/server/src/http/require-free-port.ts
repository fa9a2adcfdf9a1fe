import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Looks whether a port can be listened on, before anything is opened or made: a first start that failed later would
 * have made an admin token that nobody was shown.
 *
 * @param at port 0 is always free
 * @throws what listening would throw, such as EADDRINUSE, EACCES or EADDRNOTAVAIL
 */
export async function requireFreePort(at: { readonly host: string; readonly port: number }): Promise<void> {
  const probe = createServer();
  probe.listen({ host: at.host, port: at.port });
  await once(probe, "listening");
  probe.close();
  await once(probe, "close");
}
