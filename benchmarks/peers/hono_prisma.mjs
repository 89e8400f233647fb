import { createHash, randomUUID } from "node:crypto";
import { serve } from "@hono/node-server";
import { PrismaPg } from "@prisma/adapter-pg";
import { Queue } from "bullmq";
import { Hono } from "hono";
import { PrismaClient } from "./generated/client.ts";
import { isSigned, port, redis } from "./signature.mjs";

const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }),
});
const queue = new Queue("deliveries", { connection: redis });
const app = new Hono();

app.post("/webhooks", async (context) => {
  const body = Buffer.from(await context.req.arrayBuffer());
  if (!isSigned(body, context.req.header("x-hub-signature-256"))) return context.text("no", 401);
  const id = randomUUID();
  const dedupe_key = createHash("sha256").update(body).digest("hex");
  try {
    await prisma.webhook_event.create({ data: { id, dedupe_key, body: body.toString() } });
  } catch (error) {
    if (error.code !== "P2002") throw error;
    return context.text("ok");
  }
  await queue.add("delivery", { id }, { removeOnComplete: true });
  return context.text("ok");
});

serve({ fetch: app.fetch, port, hostname: "127.0.0.1" });
