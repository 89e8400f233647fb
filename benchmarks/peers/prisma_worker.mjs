// One job for each delivery, one query for each row, as such workers are usually written.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { PrismaPg } from "@prisma/adapter-pg";
import { Worker } from "bullmq";
import { PrismaClient } from "./generated/client.ts";
import { redis } from "./signature.mjs";

const DAY = 24 * 60 * 60 * 1000;
// [{"phrases": [...], "tag": "...", "points": 5}, ...]
const RULES = JSON.parse(readFileSync(process.env.RULES)).map((rule) => ({
  ...rule,
  pattern: new RegExp(`\\b(${rule.phrases.join("|")})\\b`, "i"),
}));

const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL, max: 10 }),
});

async function handle(tx, value, raw) {
  const at = new Date(Number(raw.timestamp) * 1000);
  const phone = "+" + raw.from;
  const name = value.contacts?.[0]?.profile?.name;
  const known = await tx.message.findUnique({ where: { provider_id: raw.id } });
  if (known) return;
  const contact = await tx.contact.upsert({
    where: { phone },
    create: { id: randomUUID(), phone, name, last_seen_at: at },
    update: { name, last_seen_at: at },
  });
  const conversation =
    (await tx.conversation.findFirst({ where: { contact_id: contact.id, state: "open" } })) ??
    (await tx.conversation.create({
      data: {
        id: randomUUID(), contact_id: contact.id, state: "open",
        last_message_at: at, window_expires_at: new Date(at.getTime() + DAY),
      },
    }));
  const message = await tx.message.create({
    data: {
      id: randomUUID(), conversation_id: conversation.id, provider_id: raw.id,
      kind: raw.type, text: raw.text?.body, sent_at: at,
    },
  });
  await tx.conversation.update({
    where: { id: conversation.id },
    data: {
      unread_count: { increment: 1 }, snippet: message.text ?? "", last_message_at: at,
      window_expires_at: new Date(at.getTime() + DAY),
    },
  });
  let lead = await tx.lead.findFirst({
    where: { contact_id: contact.id, stage: { notIn: ["converted", "lost"] } },
  });
  const line = (kind, data) => ({
    id: randomUUID(), lead_id: lead.id, kind, message_id: message.id, data, occurred_at: at,
  });
  if (!lead) {
    lead = await tx.lead.create({
      data: {
        id: randomUUID(), contact_id: contact.id, conversation_id: conversation.id,
        opened_at: at, last_activity_at: at,
      },
    });
    await tx.lead_event.create({ data: line("lead.opened", {}) });
  }
  await tx.lead_event.create({ data: line("message.received", {}) });
  for (const [number, rule] of RULES.entries()) await apply(tx, { number, rule, lead, message, at, line });
  await tx.lead.update({
    where: { id: lead.id },
    data: { tags: lead.tags, score: lead.score, last_activity_at: at },
  });
}

async function apply(tx, { number, rule, lead, message, at, line }) {
  if (!rule.pattern.test(message.text ?? "")) return;
  await tx.rule_run.create({
    data: { id: randomUUID(), rule: number, message_id: message.id, lead_id: lead.id, occurred_at: at },
  });
  if (!lead.tags.includes(rule.tag)) {
    lead.tags.push(rule.tag);
    await tx.lead_event.create({ data: line("tag.added", { tag: rule.tag }) });
  }
  const cadence_key = `rule:${number}`;
  const earned = await tx.score_entry.findUnique({
    where: { lead_id_cadence_key: { lead_id: lead.id, cadence_key } },
  });
  if (earned) return;
  await tx.score_entry.create({
    data: {
      id: randomUUID(), lead_id: lead.id, points: rule.points, reason: rule.tag,
      cadence_key, occurred_at: at,
    },
  });
  await tx.lead_event.create({ data: line("score.changed", { points: rule.points }) });
  lead.score += rule.points;
}

async function work(job) {
  const event = await prisma.webhook_event.findUnique({ where: { id: job.data.id } });
  const delivery = JSON.parse(event.body);
  await prisma.$transaction(async (tx) => {
    for (const entry of delivery.entry)
      for (const change of entry.changes)
        for (const raw of change.value.messages ?? []) await handle(tx, change.value, raw);
    await tx.webhook_event.update({ where: { id: event.id }, data: { state: "processed" } });
  });
}

new Worker("deliveries", work, { connection: redis, concurrency: 10 });
