/** What the addresses of the flags' pages say, checked: they come from links, bookmarks and people. */

export const FLAG_STATES = ["on", "off", "in-rollout"] as const;
export const FLAG_SORTS = ["key", "changed", "owner", "service"] as const;
const VIEWS = ["targeting", "history", "code"] as const;

export type FlagView = (typeof VIEWS)[number];

/** What the list is narrowed to; what is left out is not narrowed. */
export type FlagFilters = {
  search?: string;
  owner?: string;
  service?: string;
  /** In the environment that is looked at. */
  state?: (typeof FLAG_STATES)[number];
  sort?: (typeof FLAG_SORTS)[number];
};

type FlagsSearch = FlagFilters & { create?: true };

type FlagSearch = {
  view?: FlagView;
  /** Who is asking, in "evaluate as". */
  context?: Readonly<Record<string, unknown>>;
  /** The version of the history that is open. */
  version?: number;
  language?: string;
};

export function readFlagsSearch(given: Record<string, unknown>): FlagsSearch {
  const state = FLAG_STATES.find((each) => each === given.state);
  const sort = FLAG_SORTS.find((each) => each === given.sort);
  return {
    ...text("search", given.search),
    ...text("owner", given.owner),
    ...text("service", given.service),
    ...(state === undefined ? {} : { state }),
    ...(sort === undefined ? {} : { sort }),
    ...(given.create === true ? { create: true } : {}),
  };
}

export function readFlagSearch(given: Record<string, unknown>): FlagSearch {
  const view = VIEWS.find((each) => each === given.view);
  const version = given.version;
  const isVersion = typeof version === "number" && Number.isSafeInteger(version) && version > 0;
  return {
    ...(view === undefined ? {} : { view }),
    ...(isObject(given.context) ? { context: given.context } : {}),
    ...(isVersion ? { version } : {}),
    ...text("language", given.language),
  };
}

function text<Name extends string>(name: Name, value: unknown): { [key in Name]?: string } {
  const given = typeof value === "number" ? String(value) : value;
  const found: { [key in Name]?: string } = {};
  if (typeof given === "string" && given !== "") Object.assign(found, { [name]: given });
  return found;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
