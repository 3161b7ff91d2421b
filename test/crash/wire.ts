import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** JSON in which a bigint travels as `"12n"`. */
export function encode(value: unknown): string {
  return JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? `${part}n` : part));
}

/** Reads what `encode` wrote. */
export function decode(text: string): unknown {
  return JSON.parse(text, (_key, part) =>
    typeof part === 'string' && /^\d+n$/.test(part) ? BigInt(part.slice(0, -1)) : part,
  );
}

/** Calls a method of whoever listens on a Unix socket; rejects when it failed, or gave no answer within `ms`. */
export async function call(
  socketPath: string,
  method: string,
  args: readonly unknown[],
  ms: number,
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const signal = AbortSignal.timeout(ms);
  const sent = request({ socketPath, path: `/${method}`, method: 'POST', signal }, response => {
    buffer(response)
      .then(body => {
        if (response.statusCode === 200) resolve((decode(body.toString()) as [unknown?])[0]);
        else reject(new Error(`${method}: ${body}`));
      })
      .catch(reject);
  });
  sent.on('error', reject);
  sent.end(encode(args));
  return promise;
}
