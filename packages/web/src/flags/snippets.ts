/** What the code to paste has to know of a flag. */
export type SnippetFlag = {
  readonly key: string;
  readonly type: "boolean" | "string" | "number" | "object";
  /** What the code uses when nothing else can be had. */
  readonly fallback: unknown;
  /** The address of the server as services reach it. */
  readonly url: string;
};

export type Snippet = {
  readonly id: string;
  readonly label: string;
  /** What has to be there before, as a command or a line of a build file. */
  readonly install: string;
  readonly code: string;
  readonly note?: string;
};

/** The code for OpenFeature in each language, as the SDKs and their OFREP providers document it. */
export function snippetsFor(flag: SnippetFlag): readonly Snippet[] {
  return [server(flag), web(flag), python(flag), go(flag), java(flag), dotnet(flag), curl(flag)];
}

export function flagType(variants: Readonly<Record<string, unknown>>): SnippetFlag["type"] {
  const [first] = Object.values(variants);
  if (typeof first === "string") return "string";
  if (typeof first === "number") return "number";
  return typeof first === "object" && first !== null ? "object" : "boolean";
}

/** The value of the default variant; without one, what does least: false, "", 0, {}. */
export function fallbackOf(
  variants: Readonly<Record<string, unknown>>,
  defaultVariant: string | null | undefined,
): unknown {
  const given = defaultVariant ? variants[defaultVariant] : undefined;
  return given ?? { boolean: false, string: "", number: 0, object: {} }[flagType(variants)];
}

function server({ key, type, fallback, url }: SnippetFlag): Snippet {
  const method = { boolean: "Boolean", string: "String", number: "Number", object: "Object" }[type];
  return {
    id: "typescript",
    label: "TypeScript (server)",
    install: "npm install @openfeature/server-sdk @steadfast/openfeature-provider",
    code: `import { OpenFeature } from "@openfeature/server-sdk";
import { SteadfastProvider } from "@steadfast/openfeature-provider";

await OpenFeature.setProviderAndWait(
  new SteadfastProvider({ url: ${text(url)}, token: process.env.STEADFAST_TOKEN ?? "" }),
);
const client = OpenFeature.getClient();

const value = await client.get${method}Value(${text(key)}, ${json(fallback)}, { targetingKey: user.id });`,
    note: "Our own provider: it follows the flags and answers from memory, also when the server is away.",
  };
}

function web({ key, type, fallback, url }: SnippetFlag): Snippet {
  const method = { boolean: "Boolean", string: "String", number: "Number", object: "Object" }[type];
  return {
    id: "web",
    label: "TypeScript (browser)",
    install: "npm install @openfeature/web-sdk @openfeature/ofrep-web-provider @openfeature/ofrep-core",
    code: `import { OpenFeature } from "@openfeature/web-sdk";
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";

await OpenFeature.setContext({ targetingKey: user.id });
await OpenFeature.setProviderAndWait(
  new OFREPWebProvider({
    baseUrl: ${text(url)},
    headers: [["Authorization", \`Bearer \${clientToken}\`]],
    pollInterval: 30_000,
  }),
);

const value = OpenFeature.getClient().get${method}Value(${text(key)}, ${json(fallback)});`,
    note: "Whoever opens the page can read this token: use one of the role client, for this environment only. Serve the API from the page's own origin, by a path of your proxy.",
  };
}

function python({ key, type, fallback, url }: SnippetFlag): Snippet {
  const isWhole = Number.isInteger(fallback);
  const method = { boolean: "boolean", string: "string", number: isWhole ? "integer" : "float", object: "object" }[
    type
  ];
  return {
    id: "python",
    label: "Python",
    install: "pip install openfeature-sdk openfeature-provider-ofrep",
    code: `import os

from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext

api.set_provider(
    OFREPProvider(
        base_url=${text(url)},
        headers_factory=lambda: {"Authorization": f"Bearer {os.environ['STEADFAST_TOKEN']}"},
    )
)
client = api.get_client()

value = client.get_${method}_value(${text(key)}, ${pythonLiteral(fallback)}, EvaluationContext(targeting_key=user.id))`,
  };
}

function go({ key, type, fallback, url }: SnippetFlag): Snippet {
  const isWhole = Number.isInteger(fallback);
  const method = { boolean: "Boolean", string: "String", number: isWhole ? "Int" : "Float", object: "Object" }[type];
  return {
    id: "go",
    label: "Go",
    install: "go get github.com/open-feature/go-sdk github.com/open-feature/go-sdk-contrib/providers/ofrep",
    code: `import (
	"context"
	"os"

	"github.com/open-feature/go-sdk-contrib/providers/ofrep"
	"github.com/open-feature/go-sdk/openfeature"
)

provider := ofrep.NewProvider(${text(url)}, ofrep.WithBearerToken(os.Getenv("STEADFAST_TOKEN")))
if err := openfeature.SetProviderAndWait(provider); err != nil {
	return err
}
client := openfeature.NewClient("my-service")

who := openfeature.NewEvaluationContext(user.ID, map[string]any{})
value, err := client.${method}Value(context.Background(), ${text(key)}, ${goLiteral(fallback)}, who)`,
  };
}

function java({ key, type, fallback, url }: SnippetFlag): Snippet {
  const isWhole = Number.isInteger(fallback);
  const method = { boolean: "Boolean", string: "String", number: isWhole ? "Integer" : "Double", object: "Object" }[
    type
  ];
  const kind = { boolean: "boolean", string: "String", number: isWhole ? "int" : "double", object: "Value" }[type];
  const given = type === "object" ? "new Value(new ImmutableStructure())" : json(fallback);
  return {
    id: "java",
    label: "Java",
    install: `implementation 'dev.openfeature:sdk:1.+'
implementation 'dev.openfeature.contrib.providers:ofrep:0.0.+'
implementation 'com.google.guava:guava:33.+'`,
    code: `import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.openfeature.contrib.providers.ofrep.OfrepProvider;
import dev.openfeature.contrib.providers.ofrep.OfrepProviderOptions;
import dev.openfeature.sdk.*;

OfrepProviderOptions options = OfrepProviderOptions.builder()
    .baseUrl(${text(url)})
    .headers(ImmutableMap.of("Authorization", ImmutableList.of("Bearer " + System.getenv("STEADFAST_TOKEN"))))
    .build();
OpenFeatureAPI.getInstance().setProviderAndWait(OfrepProvider.constructProvider(options));
Client client = OpenFeatureAPI.getInstance().getClient();

${kind} value = client.get${method}Value(${text(key)}, ${given}, new ImmutableContext(user.getId()));`,
    ...(type === "object" ? { note: "The default is an empty structure here: fill in what your code expects." } : {}),
  };
}

function dotnet({ key, type, fallback, url }: SnippetFlag): Snippet {
  const isWhole = Number.isInteger(fallback);
  const method = { boolean: "Boolean", string: "String", number: isWhole ? "Integer" : "Double", object: "Object" }[
    type
  ];
  const given = type === "object" ? "new Value(Structure.Builder().Build())" : json(fallback);
  return {
    id: "dotnet",
    label: ".NET",
    install: "dotnet add package OpenFeature\ndotnet add package OpenFeature.Providers.Ofrep",
    code: `using OpenFeature;
using OpenFeature.Model;
using OpenFeature.Providers.Ofrep;
using OpenFeature.Providers.Ofrep.Configuration;

var configuration = new OfrepConfiguration(${text(url)})
{
    Headers = new Dictionary<string, string>
    {
        ["Authorization"] = $"Bearer {Environment.GetEnvironmentVariable("STEADFAST_TOKEN")}",
    },
};
await Api.Instance.SetProviderAsync(new OfrepProvider(configuration));
var client = Api.Instance.GetClient();

var who = EvaluationContext.Builder().SetTargetingKey(user.Id).Build();
var value = await client.Get${method}ValueAsync(${text(key)}, ${given}, who);`,
    ...(type === "object" ? { note: "The default is an empty structure here: fill in what your code expects." } : {}),
  };
}

function curl({ key, url }: SnippetFlag): Snippet {
  return {
    id: "curl",
    label: "curl",
    install: "",
    code: `curl -X POST ${url}/ofrep/v1/evaluate/flags/${encodeURIComponent(key)} \\
  -H "Authorization: Bearer $STEADFAST_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"context": {"targetingKey": "user-1"}}'`,
    note: "OFREP, as every provider speaks it. An answer without value means: use the code's default.",
  };
}

/** A string literal that every one of these languages reads. */
function text(value: string): string {
  return JSON.stringify(value);
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}

function pythonLiteral(value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null) return "None";
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  if (typeof value === "object") {
    const entries = Object.entries(value ?? {}).map(([key, field]) => `${text(key)}: ${pythonLiteral(field)}`);
    return `{${entries.join(", ")}}`;
  }
  return json(value);
}

function goLiteral(value: unknown): string {
  if (value === null) return "nil";
  if (Array.isArray(value)) return `[]any{${value.map(goLiteral).join(", ")}}`;
  if (typeof value === "object") {
    const entries = Object.entries(value ?? {}).map(([key, field]) => `${text(key)}: ${goLiteral(field)}`);
    return `map[string]any{${entries.join(", ")}}`;
  }
  return json(value);
}
