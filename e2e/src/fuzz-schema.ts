import fc from "fast-check";
import { z } from "zod";

/** The part of a JSON schema that values are made from. */
type Schema = {
  readonly $ref?: string | undefined;
  readonly type?: string | readonly string[] | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly oneOf?: readonly Schema[] | undefined;
  readonly items?: Schema | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly pattern?: string | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
};

const schema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
    anyOf: z.array(schema).optional(),
    oneOf: z.array(schema).optional(),
    items: schema.optional(),
    properties: z.record(z.string(), schema).optional(),
    required: z.array(z.string()).optional(),
    pattern: z.string().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
  }),
);

const METHODS = ["get", "post", "put", "patch", "delete"] as const;
const parameter = z.object({
  name: z.string(),
  in: z.enum(["path", "query", "header", "cookie"]),
  schema: schema.optional(),
});
const operation = z.object({
  parameters: z.array(parameter).default([]),
  requestBody: z.object({ content: z.record(z.string(), z.object({ schema: schema.optional() })) }).optional(),
});
const description = z.object({
  paths: z.record(z.string(), z.partialRecord(z.enum(METHODS), operation)),
  components: z.object({ schemas: z.record(z.string(), schema) }),
});

/** A request that is nearly what the API's description asks for. */
export type FuzzedRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As it is sent; `undefined`: none. */
  readonly body: string | undefined;
};

/** An operation of the description, and how its requests are made. */
export type FuzzedOperation = { readonly name: string; readonly request: fc.Arbitrary<FuzzedRequest> };

/** Values that lead further in than chance would, by the names of fields and parameters. */
export type Hints = Readonly<Record<string, readonly unknown[]>>;

/** Requests for every operation of an OpenAPI document: mostly valid, with faults in any place. */
export function fuzzOperations(json: unknown, hints: Hints): readonly FuzzedOperation[] {
  const { paths, components } = description.parse(json);
  const values = new SchemaValues(components.schemas, hints);
  return Object.entries(paths).flatMap(([path, operations]) =>
    METHODS.flatMap((method) => {
      const found = operations[method];
      if (!found) return [];
      const name = `${method.toUpperCase()} ${path}`;
      return [{ name, request: requestOf(method.toUpperCase(), path, found, values) }];
    }),
  );
}

function requestOf(
  method: string,
  path: string,
  { parameters, requestBody }: z.infer<typeof operation>,
  values: SchemaValues,
): fc.Arbitrary<FuzzedRequest> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  const inPath = fc.record(Object.fromEntries(names.map((name) => [name, values.text(name)])));
  const inQuery = fc.record(
    Object.fromEntries(parameters.filter((each) => each.in === "query").map(({ name }) => [name, values.text(name)])),
    { requiredKeys: [] },
  );
  const bodySchema = requestBody?.content["application/json"]?.schema;
  const body = method === "GET" ? fc.constant(undefined) : values.body(bodySchema);
  return fc.record({ inPath, inQuery, headers: oddHeaders, body }).map((made) => {
    const query = new URLSearchParams(
      Object.entries(made.inQuery).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(made.inPath[name])));
    return {
      method,
      path: `${filled}${query.size > 0 ? `?${query}` : ""}`,
      headers: { "content-type": "application/json", ...made.headers },
      body: made.body,
    };
  });
}

const oddHeaders: fc.Arbitrary<Record<string, string>> = fc
  .record(
    {
      "if-match": fc.constantFrom('"1"', '"2"', "*", "x", '"99999999999"'),
      "if-none-match": fc.constantFrom("*", '"x"', ",,,"),
      "idempotency-key": fc.constantFrom("a", "b", "k".repeat(200), "k".repeat(201)),
      "last-event-id": fc.constantFrom("0", "-1", "x"),
      "content-type": fc.constantFrom(
        "application/json",
        "application/json; charset=utf-16",
        "text/plain",
        "application/x-protobuf",
      ),
      "content-encoding": fc.constantFrom("gzip", "identity", "deflate"),
      accept: fc.constantFrom("text/html", "*/*", "x"),
    },
    { requiredKeys: [] },
  )
  .map((headers) => ({ ...headers }));

const oddText = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "\u0000",
    "\ud800",
    "__proto__",
    "constructor",
    "../..",
    "%00",
    "\u202e",
    "-1",
    "1e999",
    "null",
  ),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.nat({ max: 400 }).map((length) => "x".repeat(length)),
);
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, 0, -1, 1.5, 1e308, 2 ** 60, "", [], {}, [[]], [null], "x".repeat(70_000)),
  oddText,
  fc.jsonValue({ maxDepth: 3 }),
);

/** Makes values of a document's schemas. */
class SchemaValues {
  readonly #schemas: Readonly<Record<string, Schema>>;
  readonly #hints: Hints;

  constructor(schemas: Readonly<Record<string, Schema>>, hints: Hints) {
    this.#schemas = schemas;
    this.#hints = hints;
  }

  /** For a path or a query. */
  text(name: string): fc.Arbitrary<string> {
    const known = (this.#hints[name] ?? ["1", "x"]).map(String);
    return fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...known) },
      { weight: 1, arbitrary: oddText.map((text) => text.toWellFormed()) },
    );
  }

  /** JSON, mostly. */
  body(of: Schema | undefined): fc.Arbitrary<string | undefined> {
    const value = of ? this.#value(of, "", 0) : oddValue;
    const json = value.map((made) => JSON.stringify(made) ?? "");
    return fc.oneof(
      { weight: 12, arbitrary: json },
      { weight: 1, arbitrary: fc.tuple(json, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1))) },
      {
        weight: 1,
        arbitrary: fc.constantFrom("", "{", "[".repeat(9_000), '{"a":1,"a":2}', '{"__proto__":{"x":1}}', "\ufeff{}"),
      },
      { weight: 1, arbitrary: fc.constant(undefined) },
    );
  }

  #value(given: Schema, name: string, depth: number): fc.Arbitrary<unknown> {
    const of = given.$ref ? (this.#schemas[given.$ref.slice(given.$ref.lastIndexOf("/") + 1)] ?? {}) : given;
    const fitting = depth > 6 ? fc.constant(null) : this.#fitting(of, name, depth);
    return fc.oneof({ weight: 14, arbitrary: fitting }, { weight: 1, arbitrary: oddValue });
  }

  #fitting(of: Schema, name: string, depth: number): fc.Arbitrary<unknown> {
    const hinted = this.#hints[name];
    if (hinted) return fc.constantFrom(...hinted);
    if (of.const !== undefined) return fc.constant(of.const);
    if (of.enum) return fc.constantFrom(...of.enum);
    const choices = of.anyOf ?? of.oneOf;
    if (choices) return fc.oneof(...choices.map((choice) => this.#value(choice, name, depth + 1)));
    const type = typeof of.type === "string" ? of.type : of.type?.[0];
    if (type === "object" || of.properties) return this.#object(of, depth);
    if (type === "array") return fc.array(this.#value(of.items ?? {}, name, depth + 1), { maxLength: 4 });
    if (type === "integer") return fc.integer({ min: clamp(of.minimum ?? 0), max: clamp(of.maximum ?? 1_000) });
    if (type === "number") return fc.double({ min: of.minimum ?? 0, max: of.maximum ?? 1, noNaN: true });
    if (type === "boolean") return fc.boolean();
    if (type === "null") return fc.constant(null);
    if (type === "string") return fc.oneof(fc.constantFrom("a", "on", "off", "x1", "2026-11-21T12:00:00Z"), oddText);
    return oddValue;
  }

  #object({ properties = {}, required = [] }: Schema, depth: number): fc.Arbitrary<unknown> {
    const fields = Object.fromEntries(
      Object.entries(properties).map(([name, of]) => [name, this.#value(of, name, depth + 1)]),
    );
    const usual = fc.record(fields, { requiredKeys: required.filter((name) => name in fields) });
    const lacking = fc.record(fields, { requiredKeys: [] });
    const surplus = fc
      .tuple(usual, fc.oneof(oddText, fc.constantFrom("extra", "constructor")), oddValue)
      .map(([made, name, value]) => ({ ...made, [name]: value }));
    return fc.oneof(
      { weight: 10, arbitrary: usual },
      { weight: 1, arbitrary: lacking },
      { weight: 1, arbitrary: surplus },
    );
  }
}

const INT32_MAX = 2_147_483_647;

function clamp(bound: number): number {
  return Math.max(-INT32_MAX, Math.min(INT32_MAX, Math.trunc(bound)));
}
