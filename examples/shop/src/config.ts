import { type Fault, type Faults, parseFault } from "./faults.ts";

export type ShopConfig = {
  /** 0: any free port. */
  readonly port: number;
  readonly steadfastUrl: string;
  readonly steadfastToken: string;
  readonly environment: string;
  /** Bugs of the new code paths from the start. */
  readonly faults: Faults;
};

/**
 * The shop's settings from its environment.
 *
 * @throws {Error} that names the setting and what it must be
 */
export function readConfig(env: NodeJS.ProcessEnv): ShopConfig {
  const port = Number(env.SHOP_PORT ?? "0");
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("SHOP_PORT must be 0..65535");
  const steadfastToken = env.STEADFAST_TOKEN ?? "";
  if (steadfastToken === "") throw new Error("STEADFAST_TOKEN must be a token of the role client");
  return {
    port,
    steadfastToken,
    steadfastUrl: env.STEADFAST_URL ?? "http://localhost:4400",
    environment: env.STEADFAST_ENVIRONMENT ?? "production",
    faults: parseFaults(env.SHOP_FAULTS ?? "[]"),
  };
}

function parseFaults(text: string): Map<string, Fault> {
  const faults = new Map<string, Fault>();
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list))
    throw new Error('SHOP_FAULTS must be a list such as [{"flag":"new-checkout","failureRate":0.2}]');
  for (const item of list) {
    const parsed = parseFault(item);
    if (!parsed.ok) throw new Error(`SHOP_FAULTS: ${parsed.message}`);
    faults.set(parsed.flag, parsed.fault);
  }
  return faults;
}
