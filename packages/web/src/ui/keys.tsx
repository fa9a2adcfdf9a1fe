import { IS_MAC } from "./is-mac.ts";
import classes from "./keys.module.css";

/** Keys as they are written on the keyboard at hand: `Mod` is ⌘ or Ctrl. Pressed together, or one after the other with `then`. */
export function Keys({ keys, then = false }: { keys: readonly string[]; then?: boolean }) {
  return (
    <span className={classes.keys}>
      {keys.map((key, index) => (
        <span key={key}>
          {then && index > 0 && <span className={classes.then}>then</span>}
          <kbd>{written(key)}</kbd>
        </span>
      ))}
    </span>
  );
}

function written(key: string): string {
  if (key === "Mod") return IS_MAC ? "⌘" : "Ctrl";
  if (key === "Alt") return IS_MAC ? "⌥" : "Alt";
  return key;
}
