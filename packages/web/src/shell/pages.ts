import {
  IconActivityHeartbeat,
  IconFlag,
  IconNotebook,
  IconSettings,
  IconTimeline,
  type TablerIcon,
} from "@tabler/icons-react";

export type PageLink = {
  readonly to: "/" | "/flags" | "/journal" | "/delivery" | "/settings";
  readonly label: string;
  readonly Icon: TablerIcon;
  /** Pressed after `g`. */
  readonly key: string;
  /** What is there, for those who look for it in other words. */
  readonly about: string;
};

/** The pages of the bar, of the palette and of the keyboard, in their order. */
export const PAGES: readonly PageLink[] = [
  {
    to: "/",
    label: "Now",
    Icon: IconActivityHeartbeat,
    key: "n",
    about: "home: what is in flight, what hurts, health of the control plane",
  },
  { to: "/flags", label: "Flags", Icon: IconFlag, key: "f", about: "toggles, variants, targeting" },
  { to: "/journal", label: "Journal", Icon: IconNotebook, key: "j", about: "audit log, history, events" },
  { to: "/delivery", label: "Delivery", Icon: IconTimeline, key: "d", about: "lead time, DORA metrics, bottleneck" },
  {
    to: "/settings",
    label: "Settings",
    Icon: IconSettings,
    key: "s",
    about: "environments, tokens, services, sources, about",
  },
];
