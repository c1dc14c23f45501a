// Verifies a web-hook message on standard input: `node verify.mjs SECRET ID TIMESTAMP SIGNATURE < body`.
// Needs Node 18 and nothing else. In a server: pass the request's raw body, before any JSON parser.
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

const TOLERANCE_SECONDS = 300;

export function verify(secret, id, timestamp, signatures, body) {
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) {
    throw new Error("the message is too old or too new");
  }
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  const expected = createHmac("sha256", key).update(signed).digest();
  const isSigned = signatures.split(" ").some((one) => {
    const [version, text] = one.split(",", 2);
    const given = Buffer.from(text ?? "", "base64");
    return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!isSigned) throw new Error("no signature fits");
  return JSON.parse(body.toString("utf8"));
}

try {
  const message = verify(...process.argv.slice(2, 6), readFileSync(0));
  console.log(message.type, message.data.event_no);
} catch (error) {
  console.error(`refused: ${error.message}`);
  process.exitCode = 1;
}
