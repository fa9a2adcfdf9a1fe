// Who may import whom. `npm run boundaries` checks it; scripts/boundaries.test.ts proves that every rule can fail.

const TEST = "\\.(test|fixture)\\.tsx?$|/(test|fixtures)/";
const SERVER = "^packages/server/src";
const NOUN = "(access|backup|dashboard|delivery|flags|rollouts|snapshots|telemetry|protocols/[^/]+)";
const GROUND = "(db|git|http|jobs|journal|operations)";
const WORKSPACE = "^(packages|examples|e2e|bench|scripts)/";

/** @type {import("dependency-cruiser").IForbiddenRuleType[]} */
const forbidden = [
  {
    name: "core-imports-only-core",
    comment: "The core is pure: values in, values out. Whatever it needs from outside is an argument.",
    severity: "error",
    from: { path: "^packages/core/", pathNot: TEST },
    to: { pathNot: "^packages/core/" },
  },
  {
    name: "core-tests-stay-in-core",
    comment: "A test of the core may use test tools and peers, but no other workspace: the core comes first.",
    severity: "error",
    from: { path: "^packages/core/" },
    to: { path: WORKSPACE, pathNot: "^packages/core/" },
  },
  {
    name: "provider-imports-only-core",
    comment: "The provider runs inside other people's services: the core is all of Steadfast that it may bring along.",
    severity: "error",
    from: { path: "^packages/provider/" },
    to: { path: WORKSPACE, pathNot: "^packages/(provider|core)/" },
  },
  {
    name: "server-imports-only-core",
    comment: "The server knows the core, and the rest of the world by its protocols.",
    severity: "error",
    from: { path: "^packages/server/" },
    to: { path: WORKSPACE, pathNot: "^packages/(server|core)/" },
  },
  {
    name: "web-imports-no-workspace",
    comment: "The dashboard knows the server by openapi.json alone: its types are generated from it.",
    severity: "error",
    from: { path: "^packages/web/" },
    to: { path: WORKSPACE, pathNot: "^packages/web/" },
  },
  {
    name: "example-imports-only-the-provider",
    comment: "An example shows what a user would write: published packages only.",
    severity: "error",
    from: { path: "^examples/([^/]+)/" },
    to: { path: WORKSPACE, pathNot: ["^examples/$1/", "^packages/(provider|core)/"] },
  },
  {
    name: "noun-imports-no-noun",
    comment: "A noun reads another noun's events or its projection, or is handed a function by serve.ts.",
    severity: "error",
    from: { path: `${SERVER}/${NOUN}/`, pathNot: TEST },
    to: { path: `${SERVER}/${NOUN}/`, pathNot: `${SERVER}/$1/` },
  },
  {
    name: "noun-does-not-import-upwards",
    comment: "main → serve, app → nouns: composition happens above the nouns.",
    severity: "error",
    from: { path: `${SERVER}/(${NOUN}|${GROUND})/`, pathNot: TEST },
    to: { path: `${SERVER}/(main|serve|app|openapi)\\.ts$` },
  },
  {
    name: "ground-imports-no-noun",
    comment: "Journal, store, HTTP, jobs and operations serve every noun and know none.",
    severity: "error",
    from: { path: `${SERVER}/${GROUND}/`, pathNot: TEST },
    to: { path: `${SERVER}/${NOUN}/` },
  },
  {
    name: "only-main-imports-cli",
    comment: "The command line is one more client of the API: nothing in the server rests on it.",
    severity: "error",
    from: { path: `${SERVER}/`, pathNot: [`${SERVER}/cli/`, `${SERVER}/main\\.ts$`] },
    to: { path: `${SERVER}/cli/` },
  },
  {
    name: "cli-speaks-http",
    comment: "A command uses the API like everybody else, or runs the core on local input: a recording, a git clone.",
    severity: "error",
    from: { path: `${SERVER}/cli/`, pathNot: TEST },
    to: { path: `${SERVER}/`, pathNot: `${SERVER}/(cli/|git/|(config|cache-folder)\\.ts$)` },
  },
  {
    name: "no-cycle",
    comment: "Two modules that need each other are one module, or hide a third.",
    severity: "error",
    from: {},
    to: { circular: true },
  },
  {
    name: "no-barrel",
    comment: "Import a thing from the file that defines it. Only a published package's entry passes things on.",
    severity: "error",
    from: { pathNot: "^packages/provider/src/(node|web)\\.ts$" },
    to: { dependencyTypes: ["export"] },
  },
  {
    name: "no-unresolvable",
    comment: "An import that leads nowhere.",
    severity: "error",
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: "no-undeclared-package",
    comment: "A package that the workspace's own package.json does not name works by luck.",
    severity: "error",
    from: { pathNot: "^[^/]+$" },
    to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
  },
  {
    name: "no-development-package-in-product",
    comment: "What runs at a user's must be among `dependencies`.",
    severity: "error",
    from: { path: "^(packages/(provider|server)|examples/[^/]+)/src/", pathNot: TEST },
    to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["npm", "npm-peer"] },
  },
];

export default {
  forbidden,
  options: {
    // TypeScript 7 has no compiler API that dependency-cruiser could call; swc sees `import type` as well.
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/" },
    // The workspace's package.json, and the root's for what every test uses.
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json"],
    },
  },
};
