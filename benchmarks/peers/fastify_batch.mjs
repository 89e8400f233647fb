import { createHash, randomUUID } from "node:crypto";
import Fastify from "fastify";
import pg from "pg";
import { isSigned, port } from "./signature.mjs";

const FLUSHERS = 2;
const LINGER = 2;
const BATCH = 500;
const INSERT = `INSERT INTO webhook_event (id, dedupe_key, body)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING`;

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: FLUSHERS });
const waiting = [];
let flushing = 0;

function accept(body) {
  return new Promise((resolve, reject) => {
    waiting.push({ body, resolve, reject });
    if (flushing < FLUSHERS) flush();
  });
}

async function flush() {
  flushing += 1;
  await new Promise((resolve) => setTimeout(resolve, LINGER));
  while (waiting.length > 0) {
    const batch = waiting.splice(0, BATCH);
    try {
      await pool.query({
        name: "insert",
        text: INSERT,
        values: [
          batch.map(() => randomUUID()),
          batch.map((item) => createHash("sha256").update(item.body).digest("hex")),
          batch.map((item) => item.body.toString()),
        ],
      });
      batch.forEach((item) => item.resolve());
    } catch (error) {
      batch.forEach((item) => item.reject(error));
    }
  }
  flushing -= 1;
}

const app = Fastify();
app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
app.removeContentTypeParser("application/json");
app.post("/webhooks", async (request, reply) => {
  if (!isSigned(request.body, request.headers["x-hub-signature-256"])) return reply.code(401).send("no");
  await accept(request.body);
  return "ok";
});
await app.listen({ port, host: "127.0.0.1" });
