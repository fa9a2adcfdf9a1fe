import { isMantineColorScheme, useMantineColorScheme } from "@mantine/core";
import {
  IconArrowBackUp,
  IconCloudComputing,
  IconDeviceDesktop,
  IconFlag,
  IconHelpCircle,
  IconInfoCircle,
  IconKey,
  IconLink,
  IconLogout,
  IconMoon,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerTrackNext,
  IconPlus,
  IconRocket,
  IconSun,
  IconTrendingUp,
  type TablerIcon,
} from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useAdministerRefusal, useOperateRefusal, useSession } from "../../access/session.ts";
import { environmentsQuery } from "../../api/queries.ts";
import type { Environment, Flag, Rollout } from "../../api/types.ts";
import { ACTIONS, type ActionName, actionsFor } from "../../rollouts/actions.tsx";
import { isInFlight, isWatched, movementOf } from "../../rollouts/rollout-phase.ts";
import { formatPercent, formatRelative } from "../../ui/format.ts";
import { useNowMs } from "../../ui/use-now.ts";
import { useCommands } from "../commands.ts";
import { PAGES } from "../pages.ts";
import type { Entry } from "./entry.ts";
import { flagWordsOf } from "./flag-words.ts";
import { paletteFlagsQuery, paletteRolloutsQuery } from "./palette-queries.ts";

type Result = {
  readonly entries: readonly Entry[];
  /** The server has not answered for what was typed last. */
  readonly isSearching: boolean;
  readonly fault: unknown;
};

/** Everything that the palette can do, as things stand. */
export function useEntries(search: string, recent: readonly string[]): Result {
  const rollouts = useQuery(paletteRolloutsQuery);
  const environments = useQuery(environmentsQuery);
  const flags = useQuery({
    ...paletteFlagsQuery(flagWordsOf(search)),
    enabled: flagWordsOf(search) !== "",
    placeholderData: keepPreviousData,
  });
  const pages = usePageEntries();
  const ofRollouts = useRolloutEntries(rollouts.data ?? []);
  const ofEnvironments = useEnvironmentEntries(environments.data ?? []);
  const ofFlags = useFlagEntries(flagWordsOf(search) === "" ? [] : (flags.data ?? []), recent);
  const actions = useActionEntries();
  return {
    entries: [...ofRollouts, ...pages, ...ofFlags, ...ofEnvironments, ...actions],
    isSearching: flags.isFetching || rollouts.isPending,
    fault: flags.error ?? rollouts.error,
  };
}

function usePageEntries(): Entry[] {
  const navigate = useNavigate();
  const pages = PAGES.map(
    ({ to, label, about, Icon, key }): Entry => ({
      id: `page${to}`,
      group: "Pages",
      label,
      words: about,
      Icon,
      keys: ["g", key],
      areKeysSequence: true,
      run: () => void navigate({ to }),
    }),
  );
  return [
    ...pages,
    {
      id: "page/rollouts/new",
      group: "Actions",
      label: "Start a rollout",
      words: "new begin release ship deploy",
      Icon: IconRocket,
      run: () => void navigate({ to: "/rollouts/new" }),
    },
    {
      id: "page/settings/environments",
      group: "Pages",
      label: "Settings: environments",
      Icon: IconCloudComputing,
      isOnlyFound: true,
      run: () => void navigate({ to: "/settings/environments" }),
    },
    {
      id: "page/settings/tokens",
      group: "Pages",
      label: "Settings: tokens",
      words: "access api keys secrets",
      Icon: IconKey,
      isOnlyFound: true,
      run: () => void navigate({ to: "/settings/tokens" }),
    },
    {
      id: "page/settings/about",
      group: "Pages",
      label: "Settings: about this server",
      words: "version storage memory licence api reference openapi",
      Icon: IconInfoCircle,
      isOnlyFound: true,
      run: () => void navigate({ to: "/settings/about" }),
    },
  ];
}

function useRolloutEntries(rollouts: readonly Rollout[]): Entry[] {
  const navigate = useNavigate();
  const { actOn } = useCommands();
  const refusal = useOperateRefusal();
  const nowMs = useNowMs();
  return rollouts.flatMap((rollout): Entry[] => {
    const { from, to } = movementOf(rollout);
    const isActive = isInFlight(rollout) || isWatched(rollout, nowMs);
    const open: Entry = {
      id: `rollout/${rollout.id}`,
      group: isActive ? "In flight" : "Ended lately",
      label: `${rollout.flag}: ${from} → ${to}`,
      hint: hintOf(rollout, nowMs),
      words: `rollout ${rollout.service} ${rollout.reason} ${rollout.startedBy.name}`,
      Icon: isActive ? IconTrendingUp : IconRocket,
      isOnlyFound: !isActive,
      run: () =>
        void navigate({
          to: "/rollouts/$rolloutId",
          params: { rolloutId: rollout.id },
          search: { environment: rollout.environment },
        }),
    };
    const acts = actionsFor(rollout, nowMs).map(
      (name): Entry => ({
        id: `act/${name}/${rollout.id}`,
        group: "Actions",
        label: `${ACTIONS[name].label} ${rollout.flag}`,
        hint: hintOf(rollout, nowMs),
        words: "rollout take back stop undo",
        Icon: ACTION_ICONS[name],
        refusal,
        // What takes back stands there without being looked for.
        isOnlyFound: name !== "roll-back",
        run: () => actOn(rollout, name),
      }),
    );
    return [open, ...acts];
  });
}

const ACTION_ICONS: Readonly<Record<ActionName, TablerIcon>> = {
  pause: IconPlayerPause,
  resume: IconPlayerPlay,
  advance: IconPlayerTrackNext,
  "roll-back": IconArrowBackUp,
  withdraw: IconArrowBackUp,
};

function hintOf(rollout: Rollout, nowMs: number): string {
  const { environment, state, share, endedAt } = rollout;
  if (state === "running" || state === "paused") return `${environment}, ${state} at ${formatPercent(share)}`;
  const ago = endedAt === null ? "" : ` ${formatRelative(Date.parse(endedAt), nowMs)}`;
  return `${environment}, ${state.replaceAll("-", " ")}${ago}`;
}

function useEnvironmentEntries(environments: readonly Environment[]): Entry[] {
  const navigate = useNavigate();
  return environments.map(({ key, name }) => ({
    id: `environment/${key}`,
    group: "Environments",
    label: `Look at ${name}`,
    words: `environment switch ${key}`,
    Icon: IconCloudComputing,
    run: () => void navigate({ to: ".", search: (before) => ({ ...before, environment: key }) }),
  }));
}

/** Those that the server found, and those that were chosen lately: their key is all that is needed. */
function useFlagEntries(flags: readonly Flag[], recent: readonly string[]): Entry[] {
  const navigate = useNavigate();
  const open = (key: string, hint: string): Entry => ({
    id: `flag/${key}`,
    group: "Flags",
    label: key,
    hint,
    Icon: IconFlag,
    run: () => void navigate({ to: "/flags/$key", params: { key } }),
  });
  const start = (key: string): Entry => ({
    id: `start/${key}`,
    group: "Actions",
    label: `Start a rollout of ${key}`,
    Icon: IconRocket,
    isOnlyFound: true,
    run: () => void navigate({ to: "/rollouts/new", search: { flag: key } }),
  });
  const found = flags.flatMap(({ key, description, owner, service }) => [
    { ...open(key, description || [owner, service].filter(Boolean).join(", ")), isFound: true },
    start(key),
  ]);
  const known = new Set(found.map(({ id }) => id));
  const again = recent
    .filter((id) => !known.has(id))
    .flatMap((id): Entry[] => {
      const [noun, key] = id.split("/", 2);
      if (noun === "flag" && key) return [{ ...open(key, "flag"), isOnlyFound: true }];
      return noun === "start" && key ? [start(key)] : [];
    });
  return [...found, ...again];
}

const SCHEMES = [
  { scheme: "light", label: "Light", Icon: IconSun },
  { scheme: "dark", label: "Dark", Icon: IconMoon },
  { scheme: "auto", label: "As the system", Icon: IconDeviceDesktop },
] as const;

function useActionEntries(): Entry[] {
  const navigate = useNavigate();
  const { openHelp } = useCommands();
  const { signOut } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const operateRefusal = useOperateRefusal();
  const administerRefusal = useAdministerRefusal();
  const schemes = SCHEMES.filter(({ scheme }) => scheme !== colorScheme).map(
    ({ scheme, label, Icon }): Entry => ({
      id: `act/appearance/${scheme}`,
      group: "Actions",
      label: `Appearance: ${label.toLowerCase()}`,
      words: "theme colour color scheme mode",
      Icon,
      isOnlyFound: scheme === "auto",
      run: () => {
        if (isMantineColorScheme(scheme)) setColorScheme(scheme);
      },
    }),
  );
  return [
    {
      id: "act/create-flag",
      group: "Actions",
      label: "Create a flag",
      words: "new toggle",
      Icon: IconFlag,
      refusal: operateRefusal,
      run: () => void navigate({ to: "/flags", search: { create: true } }),
    },
    {
      id: "act/create-token",
      group: "Actions",
      label: "Create a token",
      words: "access api key secret service person",
      Icon: IconKey,
      refusal: administerRefusal,
      run: () => void navigate({ to: "/settings/tokens", search: { create: true } }),
    },
    {
      id: "act/create-environment",
      group: "Actions",
      label: "Create an environment",
      Icon: IconPlus,
      refusal: administerRefusal,
      run: () => void navigate({ to: "/settings/environments", search: { create: true } }),
    },
    {
      id: "act/copy-link",
      group: "Actions",
      label: "Copy a link to this page",
      words: "share address url",
      Icon: IconLink,
      run: () => void navigator.clipboard?.writeText(window.location.href).catch(() => {}),
    },
    ...schemes,
    {
      id: "act/help",
      group: "Actions",
      label: "Keyboard help",
      words: "shortcuts keys",
      Icon: IconHelpCircle,
      keys: ["?"],
      run: openHelp,
    },
    {
      id: "act/sign-out",
      group: "Actions",
      label: "Sign out",
      words: "log out leave",
      Icon: IconLogout,
      run: () => void signOut(),
    },
  ];
}
