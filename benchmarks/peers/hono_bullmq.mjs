import { serve } from "@hono/node-server";
import { Queue } from "bullmq";
import { Hono } from "hono";
import { isSigned, port, redis } from "./signature.mjs";

const queue = new Queue("deliveries", { connection: redis });
const app = new Hono();

app.post("/webhooks", async (context) => {
  const body = Buffer.from(await context.req.arrayBuffer());
  if (!isSigned(body, context.req.header("x-hub-signature-256"))) return context.text("no", 401);
  await queue.add("delivery", { body: body.toString() }, { removeOnComplete: true });
  return context.text("ok");
});

serve({ fetch: app.fetch, port, hostname: "127.0.0.1" });
