// A provider of live conversations that this process plays: as much of WebSockets (RFC 6455) as one client needs.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export class LiveVendor {
  /** The events that it was sent. */
  seen = [];
  /** How many conversations are open. */
  open = 0;

  /** `greets`: what it says first. `answer` gives what it says to an event. */
  static async start(greets, answer) {
    const vendor = new LiveVendor();
    vendor.sockets = new Set();
    vendor.server = createServer((_, response) => response.writeHead(404).end());
    vendor.server.on('upgrade', (request, socket) => {
      const accept = createHash('sha1').update(request.headers['sec-websocket-key'] + GUID).digest('base64');
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
      vendor.sockets.add(socket);
      vendor.open += 1;
      socket.on('error', () => socket.destroy());
      // One half of it ends when the other side goes.
      socket.on('end', () => socket.end());
      socket.on('close', () => {
        vendor.sockets.delete(socket);
        vendor.open -= 1;
      });
      const say = (event) => socket.write(frame(JSON.stringify(event)));
      greets.forEach(say);
      let rest = Buffer.alloc(0);
      let text = '';
      socket.on('data', (data) => {
        rest = Buffer.concat([rest, data]);
        for (let found = unframed(rest); found; found = unframed(rest)) {
          rest = rest.subarray(found.length);
          if (found.code === 8) return socket.end(Buffer.from([0x88, 0]));
          if (found.code > 2) continue;
          text += found.payload.toString();
          if (!found.isLast) continue;
          const event = JSON.parse(text);
          text = '';
          vendor.seen.push(event);
          (answer(event, vendor.seen.length) ?? []).forEach(say);
        }
      });
    });
    await new Promise((resolve) => vendor.server.listen(0, '127.0.0.1', resolve));
    vendor.url = `http://127.0.0.1:${vendor.server.address().port}`;
    return vendor;
  }

  /** Its entry in a configuration. */
  provider(id, model) {
    return `[[providers]]\nid = "${id}"\ndialect = "openai"\nbase_url = "${this.url}/v1"\napi_keys = ["sk-test-0123456789-LIVE"]\n`
      + `discovers = false\nquirks = { realtime = ["${model}"] }\nmodels = [{ id = "e", tasks = ["embedding"] }]\n`;
  }

  async end() {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function frame(text) {
  const payload = Buffer.from(text);
  const length = payload.length < 126 ? Buffer.from([payload.length]) : Buffer.alloc(3);
  if (payload.length >= 126) {
    length[0] = 126;
    length.writeUInt16BE(payload.length, 1);
  }
  return Buffer.concat([Buffer.from([0x81]), length, payload]);
}

/** The first frame of what has come; `undefined`: it is not whole yet. Those of clients are masked. */
function unframed(bytes) {
  if (bytes.length < 6) return undefined;
  let [length, at] = [bytes[1] & 0x7f, 2];
  if (length === 126) [length, at] = [bytes.readUInt16BE(2), 4];
  if (length === 127) [length, at] = [Number(bytes.readBigUInt64BE(2)), 10];
  if (bytes.length < at + 4 + length) return undefined;
  const mask = bytes.subarray(at, at + 4);
  const payload = Buffer.from(bytes.subarray(at + 4, at + 4 + length).map((byte, index) => byte ^ mask[index % 4]));
  return { isLast: (bytes[0] & 0x80) !== 0, code: bytes[0] & 0x0f, payload, length: at + 4 + length };
}
