import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, indentOnInput } from "@codemirror/language";
import { type Diagnostic, linter, lintGutter, lintKeymap } from "@codemirror/lint";
import { type EditorState, EditorState as State } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import type { FlagCheck } from "../../api/types.ts";
import { type CheckedText, checkText } from "./check-text.ts";
import { completeDefinition, type Vocabulary } from "./complete-definition.ts";
import { editorTheme } from "./editor-theme.ts";
import { rangeOfPointer } from "./pointer-range.ts";

/** As many names as fit without scrolling: the list is moved by the arrow keys, and a scrolled one takes no focus. */
const OPTIONS_SHOWN = 12;

/** A pause in typing this long asks the server. */
const CHECK_AFTER_MS = 350;

type Props = {
  /** What it begins with; later changes from outside need another `key`. */
  readonly text: string;
  readonly vocabulary: Vocabulary;
  readonly ask: (definition: unknown) => Promise<FlagCheck>;
  readonly onText: (text: string) => void;
  readonly onChecked: (checked: CheckedText) => void;
  /** A place that a person asked to see, as a JSON pointer; a new object for each time. */
  readonly shown: { readonly path: string } | undefined;
};

/** A flag's definition as JSON. Tab leaves it, as it leaves every field; faults are marked where they are. */
export function DefinitionEditor(props: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    if (!host.current) return;
    const made = new EditorView({
      parent: host.current,
      state: State.create({ doc: latest.current.text, extensions: extensions(latest) }),
    });
    view.current = made;
    return () => made.destroy();
  }, []);

  const { shown } = props;
  useEffect(() => {
    if (!shown || !view.current) return;
    const { from, to } = rangeOfPointer(view.current.state, shown.path);
    view.current.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
    view.current.focus();
  }, [shown]);

  return <div ref={host} data-testid="definition-editor" />;
}

function extensions(latest: { readonly current: Props }) {
  return [
    lineNumbers(),
    lintGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    json(),
    editorTheme,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({
      "aria-label": "Definition as JSON",
      "aria-describedby": "definition-editor-help",
    }),
    autocompletion({
      icons: false,
      maxRenderedOptions: OPTIONS_SHOWN,
      override: [(context) => completeDefinition(context, latest.current.vocabulary)],
    }),
    linter(({ state }) => lint(state, latest), { delay: CHECK_AFTER_MS }),
    keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) latest.current.onText(update.state.doc.toString());
    }),
  ];
}

async function lint(state: EditorState, latest: { readonly current: Props }): Promise<readonly Diagnostic[]> {
  const checked = await checkText(state.doc.toString(), latest.current.ask);
  latest.current.onChecked(checked);
  if (checked.kind === "unreachable") return [];
  if (checked.kind === "syntax") {
    const from = Math.max(0, Math.min(checked.position, state.doc.length - 1));
    return [{ from, to: Math.min(from + 1, state.doc.length), severity: "error", message: checked.message }];
  }
  const { faults, warnings } = checked.check;
  return [
    ...faults.map((fault) => toDiagnostic(state, fault, "error")),
    ...warnings.map((warning) => toDiagnostic(state, warning, "warning")),
  ];
}

function toDiagnostic(
  state: EditorState,
  { path, message }: { readonly path: string; readonly message: string },
  severity: "error" | "warning",
): Diagnostic {
  return { ...rangeOfPointer(state, path), severity, message: `It ${message}` };
}
