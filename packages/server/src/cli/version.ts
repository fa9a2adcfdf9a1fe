import packageJson from "../../package.json" with { type: "json" };

/** Of the server and its command line: one package. */
export const VERSION: string = packageJson.version;
