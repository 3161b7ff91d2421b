import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { boothBefore, openBehind, TICKET } from './booth.ts';
import { type Caller, dial, openUpstream } from './wire.ts';

const MIB = 1024 * 1024;

function upload(url: string, path: string, bytes: number): Promise<Caller> {
  const lines = `Host: shop.example\r\nAuthorization: ${TICKET}\r\nContent-Length: ${bytes}\r\n`;
  return dial(url, `POST ${path} HTTP/1.1\r\n${lines}\r\n`);
}

const refusing = () =>
  openUpstream((_request, response) => {
    response.writeHead(413).end('too large');
  });

test('an answer that comes before its upload is over closes the connection, once that was read', async () => {
  const { url } = await openBehind(boothBefore((await refusing()).origin));
  const { socket, heard } = await upload(url, '/', 8 * MIB);
  socket.write(Buffer.alloc(MIB));
  await vi.waitUntil(() => heard().includes('too large'));
  expect(heard()).toMatch(/^connection: close\r$/im);
  const failed = vi.fn();
  socket.on('error', failed);
  socket.end(Buffer.alloc(7 * MIB));
  await once(socket, 'close');
  expect(failed).not.toHaveBeenCalled();
  expect(heard().match(/^HTTP\//gm)).toHaveLength(1);
});

test('an upload that never ends is not waited for', async () => {
  const { url } = await openBehind(boothBefore((await refusing()).origin));
  const { socket, heard } = await upload(url, '/', 8 * MIB);
  socket.write(Buffer.alloc(MIB));
  await vi.waitUntil(() => socket.destroyed, { timeout: 5000 });
  expect(heard().match(/^HTTP\//gm)).toHaveLength(1);
});

test('a client that is late with an upload hears nothing in the middle of its answer', async () => {
  const upstream = await openUpstream((_request, response) => {
    response.writeHead(200).write('half');
  });
  const { url } = await openBehind(boothBefore(upstream.origin), {
    limits: { headersMs: 300, requestMs: 600 },
  });
  const { socket, heard } = await upload(url, '/', 8 * MIB);
  socket.write(Buffer.alloc(MIB));
  await vi.waitUntil(() => socket.destroyed, { timeout: 5000 });
  expect(heard()).toMatch(/half/);
  expect(heard().match(/HTTP\/1\.1 /g)).toHaveLength(1);
});

test('a large upload that nobody paid for is told so, and read no further', async () => {
  const { url } = await openBehind(boothBefore((await refusing()).origin));
  const { socket, heard } = await upload(url, '/nowhere', 8 * MIB);
  socket.write(Buffer.alloc(MIB));
  await vi.waitUntil(() => heard().includes('route_not_found'));
  await vi.waitUntil(() => socket.destroyed, { timeout: 5000 });
});
