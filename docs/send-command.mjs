#!/usr/bin/env node
// Sends a magic packet with a signed command (docs/signed-commands.md). Needs Node 18 or later and nothing else.
//
//   node send-command.mjs --key key.pem --key-id ops-2026 Wake 52:54:00:12:34:56
//
//   --to ADDRESS       255.255.255.255; a subnet's broadcast address, or any other
//   --port PORT        9
//   --node NAME        Move: where to
//   --template NAME    Instantiate: the WakeTemplate; without it, the one that claims the address
//   --parameter N=V    Instantiate: a value for the template; as often as needed
import { createPrivateKey, randomBytes, sign } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { parseArgs } from 'node:util';

const text = { type: 'string' };
const { values: options, positionals: [verb, mac] } = parseArgs({
  allowPositionals: true,
  options: {
    key: text, 'key-id': text, to: { ...text, default: '255.255.255.255' }, port: { ...text, default: '9' },
    node: text, template: text, parameter: { ...text, multiple: true, default: [] },
  },
});
const verbNumber = ['Wake', 'Sleep', 'Move', 'Instantiate', 'Destroy'].indexOf(verb) + 1;
const target = Buffer.from((mac ?? '').replaceAll(/[:-]/g, ''), 'hex');
if (!options.key || !options['key-id'] || verbNumber === 0 || target.length !== 6) {
  console.error('usage: send-command.mjs --key key.pem --key-id ID Wake|Sleep|Move|Instantiate|Destroy MAC');
  process.exit(2);
}

// CBOR (RFC 8949): a kind and a length or value, then the content. Times have more than 32 bits.
function head(kind, value) {
  const size = value < 24 ? 0 : value < 2 ** 8 ? 1 : value < 2 ** 16 ? 2 : value < 2 ** 32 ? 4 : 8;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  const first = (kind << 5) | (size === 0 ? value : 24 + Math.log2(size));
  return Buffer.concat([Buffer.from([first]), bytes.subarray(8 - size)]);
}
const integer = (value) => (value < 0 ? head(1, -1 - value) : head(0, value));
const octets = (bytes) => Buffer.concat([head(2, bytes.length), bytes]);
const string = (value) => Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
const array = (...items) => Buffer.concat([head(4, items.length), ...items]);
const map = (...entries) => Buffer.concat([head(5, entries.length), ...entries.flat()]);

const parameters = options.parameter.map((pair) => {
  const [name, ...value] = pair.split('=');
  return [string(name), string(value.join('='))];
});
const payload = map(
  [integer(1), integer(1)],
  [integer(2), integer(verbNumber)],
  [integer(3), octets(target)],
  [integer(4), integer(Date.now())],
  [integer(5), octets(randomBytes(16))],
  ...(options.node ? [[integer(6), string(options.node)]] : []),
  ...(options.template ? [[integer(7), string(options.template)]] : []),
  ...(parameters.length ? [[integer(8), map(...parameters)]] : []),
);

// COSE_Sign1 (RFC 9052 section 4): what is signed, then the message, tagged 18. ES256 wants r and s side by side, not DER.
const header = map([integer(1), integer(-7)], [integer(4), octets(Buffer.from(options['key-id']))]);
const signature = sign('sha256', array(string('Signature1'), octets(header), octets(Buffer.alloc(0)), octets(payload)), {
  key: createPrivateKey(readFileSync(options.key)),
  dsaEncoding: 'ieee-p1363',
});
const command = Buffer.concat([head(6, 18), array(octets(header), map(), octets(payload), octets(signature))]);

const packet = Buffer.concat([Buffer.alloc(6, 0xff), ...Array(16).fill(target), command]);
const socket = createSocket(isIPv6(options.to) ? 'udp6' : 'udp4');
socket.bind(() => {
  if (!isIPv6(options.to)) socket.setBroadcast(true);
  socket.send(packet, Number(options.port), options.to, (error) => {
    socket.close();
    if (error) throw error;
    console.log(`${verb} ${mac}: ${packet.length} octets sent to ${options.to} port ${options.port}`);
  });
});
