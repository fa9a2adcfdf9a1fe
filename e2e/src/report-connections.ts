// Loaded before a server by --import: says on stderr that a connection was begun, by whatever means of Node.

import { subscribe } from "node:diagnostics_channel";

subscribe("net.client.socket", () => {
  process.stderr.write("a connection was begun\n");
});
