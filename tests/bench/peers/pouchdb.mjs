// A device with PouchDB on LevelDB, replicating with a PouchDB server. Items are sealed on their way to the server and
// opened on their way from it (transform-pouch on the remote side), so that the own store has them in the clear.
import { createRequire } from 'node:module';
import { clock, digest, newKey, open, seal, serve } from './common.mjs';

const require = createRequire(import.meta.url);
const PouchDB = require('pouchdb-core')
  .plugin(require('pouchdb-adapter-leveldb'))
  .plugin(require('pouchdb-adapter-http'))
  .plugin(require('pouchdb-replication'))
  .plugin(require('pouchdb-mapreduce'))
  .plugin(require('transform-pouch'));

let local, remote, key, live;
let here = 0;
const waiting = [];

function connect(address) {
  remote = new PouchDB(`${address}/items`);
  remote.transform({
    incoming(doc) {
      const { nonce, tag, data } = seal(key, doc.text);
      return { _id: doc._id, _rev: doc._rev, _revisions: doc._revisions, sealed: Buffer.concat([nonce, tag, data]).toString('base64') };
    },
    outgoing(doc) {
      if (!doc.sealed) return doc;
      const raw = Buffer.from(doc.sealed, 'base64');
      const text = open(key, { nonce: raw.subarray(0, 12), tag: raw.subarray(12, 28), data: raw.subarray(28) }).toString();
      const { sealed, ...rest } = doc;
      return { ...rest, text };
    },
  });
}

const finished = (replication) => new Promise((resolve, reject) => replication.on('complete', resolve).on('error', reject));
const options = { batch_size: 500, batches_limit: 10 };

await serve({
  async open({ folder }) {
    local = new PouchDB(folder);
  },
  async invite({ address }) {
    key = newKey();
    connect(address);
    await remote.info();
    return { account: { key } };
  },
  async join({ address, account }) {
    key = account.key;
    connect(address);
    await remote.info();
  },
  async fill({ items, number }) {
    for (let at = 0; at < items.length; at += 1000) {
      const docs = items.slice(at, at + 1000).map((text, n) => ({ _id: String(number + at + n).padStart(9, '0'), text }));
      const told = await local.bulkDocs(docs);
      if (told.some((one) => one.error)) throw new Error('not stored');
    }
  },
  async upload() {
    const done = await finished(local.replicate.to(remote, options));
    return { count: done.docs_written };
  },
  async download() {
    const done = await finished(local.replicate.from(remote, options));
    return { count: done.docs_written };
  },
  async write({ text, number }) {
    await local.put({ _id: String(number).padStart(9, '0'), text });
    await finished(local.replicate.to(remote));
  },
  async read() {
    const done = await finished(local.replicate.from(remote));
    return { count: done.docs_written };
  },
  async send() {
    live = local.replicate.to(remote, { live: true });
    await new Promise((resolve) => live.on('paused', resolve));
  },
  async put({ text, number }) {
    await local.put({ _id: String(number).padStart(9, '0'), text });
  },
  async listen() {
    live = local.replicate.from(remote, { live: true });
    live.on('change', (info) => {
      here += info.docs.length;
      waiting.splice(0).forEach((resolve) => resolve(clock()));
    });
    await new Promise((resolve) => live.on('paused', resolve));
    here = 0;
  },
  async heard({ count }) {
    let at = clock();
    while (here < count) at = await new Promise((resolve) => waiting.push(resolve));
    return { at };
  },
  async hush() {
    live.cancel();
  },
  async digest() {
    const { rows } = await local.allDocs({ include_docs: true });
    return { count: rows.length, hash: digest(rows.map((row) => row.doc.text)) };
  },
});
