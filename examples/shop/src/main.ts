import { readConfig } from "./config.ts";
import { startShop } from "./shop.ts";

/** A shop that cannot drain by then is ended. */
const DRAIN_TIMEOUT_MS = 5_000;

const shop = await startShop(readConfig(process.env), {
  onWarning: (message) => process.stderr.write(`${JSON.stringify({ event: "warning", message })}\n`),
});
process.stdout.write(`${JSON.stringify({ event: "listening", url: shop.url })}\n`);

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    setTimeout(() => process.exit(1), DRAIN_TIMEOUT_MS).unref();
    void shop.close().then(() => process.exit(0));
  });
}
