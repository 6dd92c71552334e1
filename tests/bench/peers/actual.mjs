// A device as Actual's own client does it: messages with a hybrid clock in a log and a Merkle trie, applied to tables of
// SQLite, sealed with AES-256-GCM, and exchanged with Actual's sync server in its protocol (protobuf over HTTP).
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import {
  EncryptedDataSchema, MessageEnvelopeSchema, MessageSchema, SyncRequestSchema, SyncResponseSchema, Timestamp,
  create, fromBinary, getClock, makeClientId, makeClock, merkle, setClock, toBinary,
} from '@actual-app/crdt';
import { digest, newKey, open, seal, serve } from './common.mjs';

const Database = createRequire(import.meta.url)('better-sqlite3');
const PASSWORD = 'only for this measurement';
const HEADERS = { 'content-type': 'application/actual-sync' };

let db, account, address, statements;
let since = '1970-01-01T00:00:00.000Z-0000-0000000000000000';
let unsent = [];

function begin(folder) {
  db = new Database(join(folder, 'db.sqlite'));
  db.exec(`CREATE TABLE IF NOT EXISTS messages_crdt (id INTEGER PRIMARY KEY, timestamp TEXT NOT NULL UNIQUE, dataset TEXT NOT NULL,
             row TEXT NOT NULL, column TEXT NOT NULL, value BLOB NOT NULL);
           CREATE INDEX IF NOT EXISTS messages_crdt_search ON messages_crdt(dataset, row, column, timestamp);
           CREATE TABLE IF NOT EXISTS messages_clock (id INTEGER PRIMARY KEY, clock TEXT);
           CREATE TABLE IF NOT EXISTS items (id TEXT PRIMARY KEY, text TEXT);`);
  statements = {
    newer: db.prepare('SELECT timestamp FROM messages_crdt WHERE dataset = ? AND row = ? AND column = ? AND timestamp >= ?'),
    there: db.prepare('SELECT id FROM items WHERE id = ?'),
    insert: db.prepare('INSERT INTO items (id, text) VALUES (?, ?)'),
    update: db.prepare('UPDATE items SET text = ? WHERE id = ?'),
    log: db.prepare('INSERT INTO messages_crdt (timestamp, dataset, row, column, value) VALUES (?, ?, ?, ?, ?)'),
    clock: db.prepare('INSERT OR REPLACE INTO messages_clock (id, clock) VALUES (1, ?)'),
    all: db.prepare('SELECT text FROM items'),
  };
  setClock(makeClock(new Timestamp(0, 0, makeClientId())));
  Timestamp.init({ node: makeClientId() });
}

/** Messages become rows, the log and the trie, in one transaction. */
const apply = (messages) => db.transaction(() => {
  let trie = getClock().merkle;
  for (const { timestamp, dataset, row, column, value } of messages) {
    if (!statements.newer.all(dataset, row, column, timestamp).length) {
      if (statements.there.get(row)) statements.update.run(value.slice(2), row);
      else statements.insert.run(row, value.slice(2));
    }
    statements.log.run(timestamp, dataset, row, column, value);
    trie = merkle.insert(trie, Timestamp.parse(timestamp));
  }
  trie = merkle.prune(trie);
  getClock().merkle = trie;
  statements.clock.run(JSON.stringify({ timestamp: getClock().timestamp.toString(), merkle: trie }));
})();

function note(text, number) {
  return { timestamp: Timestamp.send().toString(), dataset: 'items', row: String(number), column: 'text', value: `S:${text}` };
}

function sealed({ timestamp, ...message }) {
  const { nonce, tag, data } = seal(account.key, toBinary(MessageSchema, create(MessageSchema, message)));
  const content = toBinary(EncryptedDataSchema, create(EncryptedDataSchema, { iv: nonce, authTag: tag, data }));
  return create(MessageEnvelopeSchema, { timestamp, isEncrypted: true, content });
}

function opened({ timestamp, content }) {
  const { iv, authTag, data } = fromBinary(EncryptedDataSchema, content);
  const { dataset, row, column, value } = fromBinary(MessageSchema, open(account.key, { nonce: iv, tag: authTag, data }));
  return { timestamp, dataset, row, column, value };
}

/** A kept connection that the server has closed meanwhile is no fault of anybody's: once more on another, as browsers do. */
async function post(url, about) {
  for (let tries = 4; ; tries--) {
    try {
      return await fetch(url, about);
    } catch (fault) {
      if (tries === 1) throw fault;
    }
  }
}

/** One exchange: what is new here goes, what is new there comes. Returns what came. */
async function sync() {
  const going = unsent;
  const request = create(SyncRequestSchema, {
    messages: going.map(sealed), fileId: account.file, groupId: account.group, keyId: account.keyId, since,
  });
  const answer = await post(`${address}/sync/sync`, {
    method: 'POST', headers: { ...HEADERS, 'x-actual-token': account.token }, body: toBinary(SyncRequestSchema, request),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  const told = fromBinary(SyncResponseSchema, new Uint8Array(await answer.arrayBuffer()));
  const came = told.messages.map(opened);
  for (const { timestamp } of came) Timestamp.recv(Timestamp.parse(timestamp));
  if (came.length) apply(came);
  if (merkle.diff(JSON.parse(told.merkle), getClock().merkle) !== null) throw new Error('out of sync');
  unsent = unsent.slice(going.length);
  since = getClock().timestamp.toString();
  return came.length;
}

async function json(path, body, headers = {}) {
  const answer = await fetch(address + path, {
    method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

await serve({
  async open({ folder }) {
    begin(folder);
  },
  async invite({ address: at }) {
    address = at;
    await json('/account/bootstrap', { password: PASSWORD });
    const { data: { token } } = await json('/account/login', { password: PASSWORD, loginMethod: 'password' });
    const file = randomUUID(), keyId = randomUUID();
    const headers = {
      'content-type': 'application/encrypted-file', 'x-actual-token': token, 'x-actual-file-id': file, 'x-actual-name': 'items',
      'x-actual-format': '2', 'x-actual-encrypt-meta': JSON.stringify({ keyId }),
    };
    const told = await fetch(`${address}/sync/upload-user-file`, { method: 'POST', headers, body: new Uint8Array([0]) });
    if (!told.ok) throw new Error(`upload-user-file: ${told.status} ${await told.text()}`);
    const { groupId: group } = await told.json();
    await json('/sync/user-create-key', { token, fileId: file, keyId, keySalt: 'salt', testContent: '' }, { 'x-actual-token': token });
    account = { token, file, group, keyId, key: newKey() };
    return { account };
  },
  async join({ address: at, account: given }) {
    address = at;
    account = given;
  },
  async fill({ items, number }) {
    for (let at = 0; at < items.length; at += 1000) {
      const messages = items.slice(at, at + 1000).map((text, n) => note(text, number + at + n));
      apply(messages);
      unsent.push(...messages);
    }
    await (await post(`${address}/info`)).arrayBuffer(); // the line to the server stands, as it does with an app that is open
  },
  async upload() {
    const count = unsent.length;
    await sync();
    return { count };
  },
  async download() {
    return { count: await sync() };
  },
  async write({ text, number }) {
    const message = note(text, number);
    apply([message]);
    unsent.push(message);
    await sync();
  },
  async read() {
    return { count: await sync() };
  },
  async digest() {
    const rows = statements.all.all();
    return { count: rows.length, hash: digest(rows.map(({ text }) => text)) };
  },
});
