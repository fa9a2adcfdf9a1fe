import { createHmac } from "node:crypto";
import type { DatabaseConfig } from "../../db/database.ts";
import { openTestNode } from "../../node.fixture.ts";

/** A node, and forges that send it their webhooks as they do: signed. */
export async function openHookedNode(database: DatabaseConfig) {
  const opened = await openTestNode(database);
  const { node, ask } = opened;

  const connect = async (kind: "github" | "gitlab") => {
    const { body: source } = await ask("POST", "/api/v1/sources", { kind, name: "acme" });
    return async (event: string, message: object): Promise<string> => {
      const payload = JSON.stringify(message);
      const signature = createHmac("sha256", source.secret).update(payload).digest("hex");
      const headers =
        kind === "github"
          ? { "x-github-event": event, "x-hub-signature-256": `sha256=${signature}` }
          : { "x-gitlab-event": event, "x-gitlab-token": source.secret };
      const answer = await node.app.inject({
        ...{ method: "POST", url: source.webhookPath, payload },
        headers: { "content-type": "application/json", ...headers },
      });
      return answer.json().outcome;
    };
  };

  const facts = async (service: string, environment = "production") =>
    (await ask("GET", `/api/v1/services/${service}/facts?environment=${environment}`)).body;

  return { ...opened, connect, facts };
}
