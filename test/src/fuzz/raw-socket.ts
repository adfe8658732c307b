/**
 * Raw socket: a WebSocket client that keeps no rule it does not want to keep. It masks or
 * does not, says a length and sends another, and breaks off where a library never would.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export const TEXT = 1;
export const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

export class RawSocket {
  readonly #socket: Socket;
  #bytes = Buffer.alloc(0);
  #isUpgraded = false;
  #isOver = false;
  readonly frames: Uint8Array[] = [];
  #pongs = 0;
  #news: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, data]);
      this.#read();
      this.#news();
    });
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#isOver = true;
      this.#news();
    });
  }

  static async open(url: string): Promise<RawSocket> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new RawSocket(socket);
  }

  write(bytes: Uint8Array | string): void {
    if (!this.#isOver) this.#socket.write(bytes);
  }

  upgrade(path: string): void {
    this.write(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
  }

  /** @returns whether so many frames were heard before the other side hung up. */
  async hears(frames: number): Promise<boolean> {
    await this.#until(() => this.frames.length >= frames);
    return this.frames.length >= frames;
  }

  /** @returns whether the other side still answers; false where it hung up. */
  async isAnswered(): Promise<boolean> {
    const before = this.#pongs;
    this.write(framed(PING, Uint8Array.of(1)));
    await this.#until(() => this.#pongs > before);
    return this.#pongs > before && !this.#isOver;
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition() && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#news = resolve;
      });
    }
  }

  /** Breaks off at once, wherever it stands. */
  destroy(): void {
    this.#socket.destroy();
  }

  #read(): void {
    if (!this.#isUpgraded) {
      const end = this.#bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#isUpgraded = this.#bytes.toString('latin1', 0, 12) === 'HTTP/1.1 101';
      this.#bytes = this.#bytes.subarray(end + 4);
      if (!this.#isUpgraded) return this.destroy();
    }
    for (;;) {
      const [first, second] = this.#bytes;
      if (first === undefined || second === undefined) return;
      const head = second < 126 ? 2 : second === 126 ? 4 : 10;
      if (this.#bytes.length < head) return;
      const size =
        second < 126
          ? second
          : second === 126
            ? this.#bytes.readUInt16BE(2)
            : Number(this.#bytes.readBigUInt64BE(2));
      if (this.#bytes.length < head + size) return;
      const body = new Uint8Array(this.#bytes.subarray(head, head + size));
      this.#bytes = this.#bytes.subarray(head + size);
      const opcode = first & 15;
      if (opcode === BINARY) this.frames.push(body);
      else if (opcode === PONG) this.#pongs += 1;
      else if (opcode === CLOSE) this.destroy();
    }
  }
}

/** One masked frame; the mask is of noughts, so that the body stays as it is. */
export function framed(opcode: number, body: Uint8Array, saidSize: number = body.length): Uint8Array {
  if (saidSize < 126) return Buffer.concat([Uint8Array.of(0x80 | opcode, 0x80 | saidSize, 0, 0, 0, 0), body]);
  const head = Buffer.alloc(14);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(saidSize), 2);
  return Buffer.concat([head, body]);
}
