import { useState } from "react";
import { Dialog } from "../ui/dialog.tsx";
import { Keys } from "../ui/keys.tsx";
import classes from "./keyboard-help.module.css";
import { PAGES } from "./pages.ts";
import { areSingleKeysOn, switchSingleKeys } from "./single-keys.ts";

type Shortcut = { readonly keys: readonly string[]; readonly does: string; readonly isSequence?: boolean };

const EVERYWHERE: readonly Shortcut[] = [
  { keys: ["Mod", "K"], does: "Search: pages, flags, rollouts, actions" },
  { keys: ["Alt", "R"], does: "Roll back: the rollout with the focus, else the first on the page" },
  { keys: ["Alt", "K"], does: "Switch off: the flag whose page is open" },
  { keys: ["Esc"], does: "Close what is open" },
];

const SINGLE: readonly Shortcut[] = [
  { keys: ["?"], does: "This help" },
  ...PAGES.map(({ key, label }) => ({ keys: ["g", key], does: `Go to ${label}`, isSequence: true })),
];

const IN_DIALOGS: readonly Shortcut[] = [
  { keys: ["Enter"], does: "Confirm with the reason" },
  { keys: ["Shift", "Enter"], does: "A new line in the reason" },
];

const IN_DRAWINGS: readonly Shortcut[] = [
  { keys: ["←", "→"], does: "To the mark before or after; Home and End: to the ends" },
  { keys: ["↑", "↓"], does: "To the nearest mark of another line" },
  { keys: ["Enter"], does: "Open what the mark is made of" },
];

/** Which keys do what. */
export function KeyboardHelp({ onClose }: { onClose: () => void }) {
  const [isOn, setOn] = useState(areSingleKeysOn);
  return (
    <Dialog title="Keyboard" onClose={onClose} width={520}>
      <div className={classes.help}>
        <Shortcuts title="Everywhere" shortcuts={EVERYWHERE} />
        <Shortcuts title="Single keys, where nobody types" shortcuts={SINGLE} isOff={!isOn} />
        <label className={classes.switch}>
          <input
            type="checkbox"
            checked={isOn}
            onChange={(event) => {
              setOn(event.currentTarget.checked);
              switchSingleKeys(event.currentTarget.checked);
            }}
          />
          Use single keys in this browser
        </label>
        <Shortcuts title="In a drawing of Delivery" shortcuts={IN_DRAWINGS} />
        <Shortcuts title="When a reason is asked for" shortcuts={IN_DIALOGS} />
      </div>
    </Dialog>
  );
}

type ShortcutsProps = { title: string; shortcuts: readonly Shortcut[]; isOff?: boolean };

function Shortcuts({ title, shortcuts, isOff = false }: ShortcutsProps) {
  return (
    <section data-off={isOff || undefined}>
      <h3>
        {title}
        {isOff && " (switched off)"}
      </h3>
      <dl>
        {shortcuts.map(({ keys, does, isSequence = false }) => (
          <div key={does}>
            <dt>
              <Keys keys={keys} then={isSequence} />
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
