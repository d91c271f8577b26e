// Signed commands made and read with @auth0/cose and cbor-x, which know nothing of KubeWol.
//
//   node cose.cjs make              prints commands of every kind, signed with keys made for the purpose: the committed vectors.json
//   node cose.cjs verify <in.json   reads [{publicKey, command}] and prints what each command says
//
// Both packages come from tests/interop/fetch.sh; NODE_PATH names the directory it prints, with /node_modules.
'use strict';
const { createPublicKey, generateKeyPairSync, randomBytes } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { Headers, Sign1, Algorithms } = require('@auth0/cose');
const { Encoder } = require('cbor-x');

const cbor = new Encoder({ mapsAsObjects: false, useRecords: false, tagUint8Array: false, useTag259ForMaps: false });
const verbs = ['Wake', 'Sleep', 'Move', 'Instantiate', 'Destroy'];
const macBytes = (mac) => new Uint8Array(Buffer.from(mac.replaceAll(':', ''), 'hex'));
const macText = (bytes) => Buffer.from(bytes).toString('hex').match(/../g).join(':');
const hex = (bytes) => Buffer.from(bytes).toString('hex');

// cbor-x writes numbers beyond 32 bits as floating point; big integers stay integers.
function payload(fields) {
  const map = new Map([
    [1, 1],
    [2, verbs.indexOf(fields.action) + 1],
    [3, macBytes(fields.target)],
    [4, BigInt(fields.issuedAt)],
    [5, new Uint8Array(Buffer.from(fields.nonce, 'hex'))],
  ]);
  if (fields.nodeName) map.set(6, fields.nodeName);
  if (fields.template) map.set(7, fields.template);
  if (fields.parameters) map.set(8, new Map(Object.entries(fields.parameters)));
  return map;
}

async function sign(key, keyId, map, { algorithm = Algorithms.ES256, unprotected = [] } = {}) {
  const kid = new TextEncoder().encode(keyId);
  const headers = [[Headers.Algorithm, algorithm]];
  if (unprotected.length === 0) headers.push([Headers.KeyID, kid]);
  const message = await Sign1.sign(headers, unprotected, cbor.encode(map), key);
  return hex(cbor.encode(message));
}

async function make() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const fields = (more) => ({ target: '52:54:00:12:34:56', issuedAt: Date.UTC(2026, 10, 22, 12), nonce: hex(randomBytes(16)), ...more });
  const vectors = [];

  for (const action of verbs) vectors.push({ name: action, keyId: 'ops-2026', fields: fields({ action }) });
  vectors.push({ name: 'to a node', keyId: 'ops-2026', fields: fields({ action: 'Move', nodeName: 'node-b.example.org' }) });
  vectors.push({
    name: 'from a template', keyId: 'größe', fields: fields({
      action: 'Instantiate', template: 'small', parameters: { size: '2', 'größe': 'zwei', empty: '' }, nonce: hex(randomBytes(8)),
    }),
  });
  vectors.push({ name: 'a long one', keyId: 'k'.repeat(32), fields: fields({ action: 'Instantiate', parameters: { text: 'x'.repeat(700) }, nonce: hex(randomBytes(32)) }) });
  for (const vector of vectors) vector.command = await sign(privateKey, vector.keyId, payload(vector.fields));

  const wake = payload(fields({ action: 'Wake' }));
  const refused = async (name, problem, command) => vectors.push({ name, keyId: 'ops-2026', problem, command: await command });
  await refused('EdDSA', 'WrongAlgorithm', sign(generateKeyPairSync('ed25519').privateKey, 'ops-2026', wake, { algorithm: Algorithms.EdDSA }));
  await refused('ES384, whose signatures are longer', 'Damaged', sign(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey, 'ops-2026', wake, { algorithm: Algorithms.ES384 }));
  await refused('a key id that is not protected', 'Damaged', sign(privateKey, 'ops-2026', wake, { unprotected: [[Headers.KeyID, new TextEncoder().encode('ops-2026')]] }));
  await refused('a time as floating point', 'MalformedPayload', sign(privateKey, 'ops-2026', new Map([...wake, [4, Date.UTC(2026, 10, 22, 12)]])));
  await refused('a field that is not known', 'UnknownField', sign(privateKey, 'ops-2026', new Map([...wake, [9, 1]])));
  await refused('another version', 'UnknownVersion', sign(privateKey, 'ops-2026', new Map([...wake, [1, 2]])));
  await refused('another key', 'BadSignature', sign(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'ops-2026', wake));
  return { publicKey: pem, vectors };
}

async function verify(commands) {
  const answers = [];
  for (const { publicKey, command } of commands) {
    const message = Sign1.decode(Buffer.from(command, 'hex'));
    await message.verify(createPublicKey(publicKey), { algorithms: [Algorithms.ES256] });
    const map = cbor.decode(message.payload);
    answers.push({
      keyId: new TextDecoder().decode(message.protectedHeaders.get(Headers.KeyID)),
      version: map.get(1),
      fields: {
        action: verbs[map.get(2) - 1],
        target: macText(map.get(3)),
        issuedAt: Number(map.get(4)),
        nonce: hex(map.get(5)),
        nodeName: map.get(6),
        template: map.get(7),
        parameters: map.has(8) ? Object.fromEntries(map.get(8)) : undefined,
      },
    });
  }
  return answers;
}

const work = { make, verify: () => verify(JSON.parse(readFileSync(0, 'utf8'))) }[process.argv[2]];
if (!work) {
  console.error('usage: cose.cjs make | verify');
  process.exit(2);
}
work().then((answer) => console.log(JSON.stringify(answer, null, 2)), (error) => {
  console.error(error);
  process.exit(1);
});
