import { randomBytes } from "node:crypto";
import { isIP, isIPv4 } from "node:net";
import { z } from "zod";
import type { DatabaseConfig } from "./db/database.ts";

/** The one list of settings: `serve --help` and the reference page are generated from it. */
export type Setting = {
  readonly name: keyof Settings;
  /** Without the dashes. */
  readonly flag: string;
  /** The first one that is set counts. */
  readonly env: readonly [string, ...string[]];
  /** As it is shown; `null`: none. */
  readonly defaultText: string | null;
  readonly unit: string | null;
  readonly description: string;
  /** Never printed or logged, and taken from the environment only. */
  readonly isSecret: boolean;
};

export const ADMIN_TOKEN_CHARACTERS_MIN = 20;

const port = z.coerce
  .number("is not a number")
  .int("is not a whole number")
  .min(0, "is below 0")
  .max(65_535, "is above 65535");
const url = (protocols: RegExp, words: string) =>
  z.string().refine((text) => URL.canParse(text) && protocols.test(new URL(text).protocol), `is not ${words}`);
const httpUrl = url(/^https?:$/, "an http:// or https:// address");

/** An address, or a network in CIDR notation. */
function isNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  if (!isIP(address) || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128));
}

const schema = z.object({
  port: port.default(4400),
  host: z.string().min(1, "is empty").default("127.0.0.1"),
  dataDir: z.string().min(1, "is empty").default("./steadfast-data"),
  databaseUrl: url(/^postgres(ql)?:$/, "a postgres:// address").optional(),
  adminToken: z
    .string()
    .min(ADMIN_TOKEN_CHARACTERS_MIN, `has fewer than ${ADMIN_TOKEN_CHARACTERS_MIN} characters`)
    .max(200, "has more than 200 characters")
    .regex(/^[\x21-\x7e]+$/, "has characters that do not fit in a header: use letters, digits and signs, no spaces")
    .optional(),
  logLevel: z
    .enum(
      ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
      "is not trace, debug, info, warn, error, fatal or silent",
    )
    .default("info"),
  logFormat: z.enum(["pretty", "json"], "is not pretty or json").optional(),
  publicUrl: httpUrl.transform((text) => text.replace(/\/+$/, "")).optional(),
  trustedProxies: z
    .string()
    .transform((text) => text.split(",").map((part) => part.trim()))
    .refine((parts) => parts.every(isNetwork), "is not a list of addresses and networks, such as 10.0.0.0/8,::1")
    .optional(),
  shutdownSeconds: z.coerce.number("is not a number").min(0, "is below 0").max(600, "is above 600").default(10),
  otlpEndpoint: httpUrl.optional(),
  nodeName: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, "is not 1 to 63 letters, digits, dots, dashes or underscores")
    .optional(),
});

type Settings = z.output<typeof schema>;

/** What the server runs with: the settings, and what follows from them. */
export type Config = Omit<Settings, "databaseUrl" | "dataDir" | "otlpEndpoint" | "logFormat" | "nodeName"> & {
  readonly database: DatabaseConfig;
  readonly logFormat: "pretty" | "json";
  readonly nodeName: string;
  /** Where OTLP/HTTP traces go, with its path. */
  readonly tracesEndpoint: string | undefined;
};

const setting = (
  name: keyof Settings,
  flag: string,
  env: readonly [string, ...string[]],
  defaultText: string | null,
  description: string,
  more: { readonly unit?: string; readonly isSecret?: boolean } = {},
): Setting => ({
  name,
  flag,
  env,
  defaultText,
  description,
  unit: more.unit ?? null,
  isSecret: more.isSecret ?? false,
});

export const SETTINGS: readonly Setting[] = [
  setting(
    "port",
    "port",
    ["STEADFAST_PORT"],
    "4400",
    "The HTTP port of dashboard, API, OFREP and OTLP; 0 takes a free one",
  ),
  setting("host", "host", ["STEADFAST_HOST"], "127.0.0.1", "The address it listens on; 0.0.0.0 for every network"),
  setting(
    "dataDir",
    "data-dir",
    ["STEADFAST_DATA_DIR"],
    "./steadfast-data",
    "The folder of the embedded store, SQLite; made with mode 0700; one server owns it",
  ),
  setting(
    "databaseUrl",
    "database-url",
    ["DATABASE_URL"],
    null,
    "PostgreSQL 15 or newer instead of the embedded store: postgres://user:password@host/database",
    { isSecret: true },
  ),
  setting(
    "adminToken",
    "admin-token",
    ["STEADFAST_ADMIN_TOKEN"],
    null,
    `The admin token of the first start, at least ${ADMIN_TOKEN_CHARACTERS_MIN} characters; without it one is made and shown once`,
    { isSecret: true },
  ),
  setting(
    "logLevel",
    "log-level",
    ["STEADFAST_LOG_LEVEL"],
    "info",
    "The least severe lines that are logged: trace, debug, info, warn, error, fatal, silent",
  ),
  setting(
    "logFormat",
    "log-format",
    ["STEADFAST_LOG_FORMAT"],
    "pretty on a terminal, else json",
    "pretty for people, json for machines",
  ),
  setting(
    "publicUrl",
    "public-url",
    ["STEADFAST_PUBLIC_URL"],
    null,
    "The address people open, when a proxy stands before it; https makes the session cookie secure",
  ),
  setting(
    "trustedProxies",
    "trusted-proxies",
    ["STEADFAST_TRUSTED_PROXIES"],
    null,
    "Proxies in front, whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses and networks, with commas between; without it their users all count as one address when they sign in",
  ),
  setting(
    "shutdownSeconds",
    "shutdown-seconds",
    ["STEADFAST_SHUTDOWN_SECONDS"],
    "10",
    "How long requests in flight may take after SIGTERM",
    { unit: "seconds" },
  ),
  setting(
    "otlpEndpoint",
    "otlp-endpoint",
    ["STEADFAST_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"],
    null,
    "Where the server sends traces of itself (OTLP/HTTP)",
  ),
  setting(
    "nodeName",
    "node-name",
    ["STEADFAST_NODE_NAME"],
    "random at each start",
    "The node's name in leases and metrics, different on each node",
  ),
];

/** What is wrong with a setting, in words for a person; a secret's value is not in it. */
export type ConfigFault = { readonly setting: string; readonly message: string };

export type LoadedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

/**
 * Flags count before the environment, the environment before defaults; an empty value counts as absent. Secrets are
 * taken from the environment only, because every user of a machine can read its command lines.
 *
 * @param flags by a flag's name without dashes, such as `data-dir`
 */
export function loadConfig(input: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: Readonly<Record<string, string | undefined>>;
  /** Whether the log is read by a person; default: no. */
  readonly isTerminal?: boolean;
}): LoadedConfig {
  const sources = new Map<string, { source: string; text: string; isSecret: boolean }>();
  for (const { name, flag, env, isSecret } of SETTINGS) {
    const candidates = [
      { source: `--${flag}`, text: isSecret ? undefined : input.flags[flag] },
      ...env.map((variable) => ({ source: variable, text: input.env[variable] })),
    ];
    for (const { source, text } of candidates) {
      if (text === undefined || text === "" || sources.has(name)) continue;
      sources.set(name, { source, text, isSecret });
    }
  }
  const result = schema.safeParse(Object.fromEntries([...sources].map(([name, { text }]) => [name, text])));
  if (result.success) return { ok: true, config: complete(result.data, input.isTerminal ?? false) };
  const faults = result.error.issues.map((issue) => {
    const found = sources.get(String(issue.path[0]));
    const value = found && !found.isSecret ? ` ("${found.text.slice(0, 100)}")` : "";
    return { setting: found?.source ?? "", message: `${found?.source ?? "a setting"}${value} ${issue.message}` };
  });
  return { ok: false, faults };
}

function complete(settings: Settings, isTerminal: boolean): Config {
  const { databaseUrl, dataDir, otlpEndpoint, logFormat, nodeName, ...rest } = settings;
  return {
    ...rest,
    database: databaseUrl === undefined ? { kind: "sqlite", dataDir } : { kind: "postgres", url: databaseUrl },
    logFormat: logFormat ?? (isTerminal ? "pretty" : "json"),
    nodeName: nodeName ?? `node-${randomBytes(4).toString("hex")}`,
    tracesEndpoint: otlpEndpoint === undefined ? undefined : toTracesEndpoint(otlpEndpoint),
  };
}

/** OpenTelemetry's rule for a base address; one that already names the signal stays. */
function toTracesEndpoint(endpoint: string): string {
  return endpoint.endsWith("/v1/traces") ? endpoint : `${endpoint.replace(/\/+$/, "")}/v1/traces`;
}
