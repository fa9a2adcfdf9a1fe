import type { Page } from "playwright-core";
import type { EmptyServer, Story } from "./story.ts";

/** The conditions under which every page is looked at. */
export const SCENES = ["empty", "busy", "failing", "narrow", "dark"] as const;
export type Scene = (typeof SCENES)[number];

/** How a page comes into view. */
export type Shot<World> = {
  /** Below the server's address. */
  readonly path: string | ((world: World) => string);
  /** Whose token signs in; default: the world's own. */
  readonly token?: (world: World) => string;
  /** Nobody is signed in. */
  readonly isSignedOut?: boolean;
  /** Before the page is opened: requests to be broken, say. */
  readonly prepare?: (page: Page) => Promise<unknown>;
  /** Until what the picture is about can be seen; may also press what is to be pressed. */
  readonly ready: (page: Page) => Promise<unknown>;
};

/** A page of the dashboard and its pictures, `<name>-<scene>.png`. A scene that a page does not have is left out. */
export type Screen = {
  readonly name: string;
  /** On a server that has just started for the first time. */
  readonly empty?: Shot<EmptyServer>;
  /** On a server with a shop under load. */
  readonly busy: Shot<Story>;
  /** Something hurts, was refused, or could not be read. */
  readonly failing?: Shot<Story>;
  /** On a phone; default: as `busy`. */
  readonly narrow?: Shot<Story>;
  /** At night; default: as `busy`. */
  readonly dark?: Shot<Story>;
};

/** Answers every request to an address with a failure, as a server that has lost its store would. */
export function failing(address: string): (page: Page) => Promise<unknown> {
  return (page) =>
    page.route(address, (route) =>
      route.fulfill({
        status: 503,
        contentType: "application/problem+json",
        body: JSON.stringify({
          status: 503,
          code: "store-unavailable",
          title: "The store cannot be reached",
          detail: "The store did not answer. Nothing was changed. Try again in a moment; the server's log says why.",
        }),
      }),
    );
}
