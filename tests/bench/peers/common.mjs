// What the drivers of all peers share: orders come in as lines of JSON, answers go out as lines of JSON.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';

/** The clock that all processes of this machine share, in seconds. */
export const clock = () => Number(process.hrtime.bigint()) / 1e9;

export const digest = (items) => createHash('sha256').update([...items].sort().join('\n')).digest('hex');

export const newKey = () => randomBytes(32).toString('hex');

/** Sealed with AES-256-GCM: nonce, tag and ciphertext apart, as each peer wants to pack them in its own way. */
export function seal(key, text) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'hex'), nonce);
  const data = Buffer.concat([cipher.update(text), cipher.final()]);
  return { nonce, tag: cipher.getAuthTag(), data };
}

export function open(key, { nonce, tag, data }) {
  const cipher = createDecipheriv('aes-256-gcm', Buffer.from(key, 'hex'), nonce);
  cipher.setAuthTag(tag);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

/** Orders that only some peers need; what somebody tidies up by itself has a second for that. */
const NOTHING = { found() {}, hello() {}, rest: () => new Promise((resolve) => setTimeout(resolve, 1000)) };

/** Carries out orders one after the other until the input ends. */
export async function serve(own) {
  const orders = { ...NOTHING, ...own };
  for await (const line of createInterface({ input: process.stdin })) {
    const { order, ...facts } = JSON.parse(line);
    let answer;
    try {
      answer = await timed(() => orders[order](facts));
    } catch (fault) {
      answer = { fault: String(fault?.stack ?? fault) + (fault?.cause ? ` because ${fault.cause}` : '') };
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
  process.exit(0);
}

async function timed(work) {
  const began = clock();
  const found = (await work()) ?? {};
  return { began, ended: clock(), ...found };
}
