import { Textarea } from "@mantine/core";
import { useState } from "react";
import type { EvaluationContext } from "./flag-queries.ts";
import { formatJson } from "./format-json.ts";

type Props = {
  readonly context: EvaluationContext;
  readonly onContext: (context: EvaluationContext | undefined) => void;
};

/** The context as one JSON object, for who has it from a log. */
export function ContextJson({ context, onContext }: Props) {
  const [text, setText] = useState(() => formatJson(context, 40));
  const [fault, setFault] = useState<string>();
  const change = (next: string) => {
    setText(next);
    const read = readObject(next);
    setFault(read === undefined ? 'It is no JSON object, such as { "targetingKey": "user-1" }.' : undefined);
    if (read !== undefined) onContext(read);
  };
  return (
    <Textarea
      label="Context as JSON"
      autosize
      minRows={4}
      maxRows={14}
      spellCheck={false}
      styles={{ input: { fontFamily: "var(--font-mono)" } }}
      value={text}
      error={fault}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

function readObject(text: string): EvaluationContext | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
