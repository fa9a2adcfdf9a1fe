// Takes the pictures of the documentation from a real server, the example shop and its users:
//
//   npm run screenshots                      every page, every scene: some six minutes
//   npm run screenshots -- now flags-dark    a page, or one of its pictures

import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "./browser.ts";
import { delivery, deliveryTimeline } from "./screens/delivery.ts";
import { flag, flagHistory, flags } from "./screens/flags.ts";
import { journal } from "./screens/journal.ts";
import { now } from "./screens/now.ts";
import { palette } from "./screens/palette.ts";
import { toPalettePng } from "./screens/palette-png.ts";
import { rollout, rolloutCharts, rolloutLog } from "./screens/rollout.ts";
import { SCENES, type Scene, type Screen, type Shot } from "./screens/screen.ts";
import { about, environments, sources, tokens } from "./screens/settings.ts";
import { signIn } from "./screens/sign-in.ts";
import { start } from "./screens/start.ts";
import { type EmptyServer, type Story, startEmptyServer, tellStory } from "./screens/story.ts";

/** Every page of the dashboard. A new one gets a file in `screens/` and a place here. */
const SCREENS: readonly Screen[] = [
  signIn,
  now,
  palette,
  rollout,
  rolloutCharts,
  rolloutLog,
  start,
  flags,
  flag,
  flagHistory,
  journal,
  delivery,
  deliveryTimeline,
  environments,
  tokens,
  sources,
  about,
];

const FOLDER = resolve(import.meta.dirname, "../../docs/screenshots");
/** A page of the documentation should not take long to load. */
const PICTURE_BYTES_MAX = 120_000;
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

type Picture<World> = { readonly name: string; readonly scene: Scene; readonly shot: Shot<World> };

const wanted = process.argv.slice(2);
const isWanted = ({ name }: Picture<never>) =>
  wanted.length === 0 || wanted.some((each) => name === each || name.startsWith(`${each}-`));
const ofEmptyServer = SCREENS.flatMap(emptyPicture).filter(isWanted);
const ofStory = SCREENS.flatMap(storyPictures).filter(isWanted);

mkdirSync(FOLDER, { recursive: true });
const browser = await launchBrowser();
try {
  await takeAll(browser, ofEmptyServer, startEmptyServer);
  await takeAll(browser, ofStory, tellStory);
} finally {
  await browser.close();
}

function emptyPicture({ name, empty }: Screen): Picture<EmptyServer>[] {
  return empty ? [{ name: `${name}-empty`, scene: "empty", shot: empty }] : [];
}

function storyPictures(screen: Screen): Picture<Story>[] {
  const shots = { ...screen, narrow: screen.narrow ?? screen.busy, dark: screen.dark ?? screen.busy };
  return SCENES.flatMap((scene) => {
    const shot = scene === "empty" ? undefined : shots[scene];
    return shot ? [{ name: `${screen.name}-${scene}`, scene, shot }] : [];
  });
}

async function takeAll<World extends EmptyServer>(
  browser: Browser,
  pictures: readonly Picture<World>[],
  start: () => Promise<World>,
): Promise<void> {
  if (pictures.length === 0) return;
  const world = await start();
  try {
    for (const picture of pictures) await takeOrTell(browser, world, picture);
  } finally {
    await world.stop();
  }
}

/** The others are taken all the same: the story behind them takes minutes. */
async function takeOrTell<World extends EmptyServer>(
  browser: Browser,
  world: World,
  picture: Picture<World>,
): Promise<void> {
  try {
    await take(browser, world, picture);
  } catch (error) {
    process.exitCode = 1;
    console.error(`${picture.name}.png failed:`, error);
  }
}

async function take<World extends EmptyServer>(browser: Browser, world: World, picture: Picture<World>): Promise<void> {
  const { name, scene, shot } = picture;
  const context = await browser.newContext({
    baseURL: world.server.url,
    viewport: scene === "narrow" ? PHONE : DESKTOP,
    colorScheme: scene === "dark" ? "dark" : "light",
    reducedMotion: "reduce",
  });
  try {
    if (!shot.isSignedOut)
      await context.request.post("/api/v1/session", { data: { token: shot.token?.(world) ?? world.token } });
    const page = await context.newPage();
    await shot.prepare?.(page);
    await page.goto(typeof shot.path === "string" ? shot.path : shot.path(world));
    await shot.ready(page);
    await save(page, name);
  } finally {
    await context.close();
  }
}

async function save(page: Page, name: string): Promise<void> {
  const path = join(FOLDER, `${name}.png`);
  await page.evaluate("document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(done)))");
  const picture = toPalettePng(await page.screenshot());
  const bytes = picture.length;
  writeFileSync(path, picture);
  if (bytes > PICTURE_BYTES_MAX) throw new Error(`${name}.png has ${bytes} bytes, more than ${PICTURE_BYTES_MAX}`);
  console.log(`${name}.png  ${Math.round(bytes / 1_000)} kB`);
}
