// How every peer checks what Meta signed, and where it finds Redis and its port.
import { createHmac, timingSafeEqual } from "node:crypto";

const SECRET = process.env.SECRET;

export const redis = { url: process.env.REDIS_URL, maxRetriesPerRequest: null };
export const port = Number(process.env.PORT);

export function isSigned(body, header) {
  const expected = "sha256=" + createHmac("sha256", SECRET).update(body).digest("hex");
  const given = Buffer.from(header ?? "");
  return given.length === expected.length && timingSafeEqual(given, Buffer.from(expected));
}
