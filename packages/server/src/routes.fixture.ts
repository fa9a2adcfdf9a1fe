import { z } from "zod";
import type { App } from "./http/app-type.ts";

const METHODS = ["GET", "POST", "PUT", "DELETE"] as const;

const operation = z.object({ "x-access": z.string() });
const description = z.object({
  paths: z.record(z.string(), z.partialRecord(z.enum(["get", "post", "put", "delete"]), operation)),
});

/** A route as the served description has it. */
export type Described = {
  readonly method: (typeof METHODS)[number];
  /** Such as `/api/v1/flags/{key}`. */
  readonly path: string;
  readonly access: string;
  /** Names in the path. */
  readonly parameters: readonly string[];
  readonly isStream: boolean;
  /** It takes away what the caller calls with. */
  readonly isEnding: boolean;
  /** The path with these values; `production` and `x` stand for the rest. */
  url(values: Readonly<Record<string, string>>): string;
};

/** Every route that a node describes, and so every route but the dashboard's files. */
export function routesOf(app: App): Described[] {
  const { paths } = description.parse(app.swagger());
  return Object.entries(paths).flatMap(([path, operations]) =>
    METHODS.flatMap((method) => {
      const found = operations[lowerCase(method)];
      return found ? [describeRoute(method, path, found["x-access"])] : [];
    }),
  );
}

function describeRoute(method: Described["method"], path: string, access: string): Described {
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  const fallback: Record<string, string> = { environment: "production", version: "1" };
  return {
    method,
    path,
    access,
    parameters,
    isStream: path.endsWith("/stream"),
    isEnding: method === "DELETE" && path.endsWith("/session"),
    url: (values) => path.replaceAll(/\{(\w+)\}/g, (_, name) => values[name] ?? fallback[name] ?? "x"),
  };
}

function lowerCase(method: Described["method"]) {
  return ({ GET: "get", POST: "post", PUT: "put", DELETE: "delete" } as const)[method];
}
