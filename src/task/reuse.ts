import { TollkeeperError } from '../base/index.ts';
import { decodeMacaroon, formatCredential, permits } from '../l402/index.ts';
import type { House, Means } from './means.ts';
import type { Purchase } from './purchase.ts';
import { hostOf, type PurchaseRequest, requestKey } from './request.ts';
import type { KeptCredential, TaskStore } from './store.ts';

/** The kept credential to try first, if any; an `end` of `refused` means that trying is pointless. */
export async function findReusable(
  { credentials, clock, tasks }: Pick<Means, 'credentials' | 'clock' | 'tasks'>,
  { requested }: Purchase,
): Promise<KeptCredential | undefined> {
  const { request, wishes } = requested;
  if (wishes.forceRefresh) return undefined;
  const { owner, url, scope } = request;
  const { origin } = new URL(url);
  const key = requestKey(request);
  const kept = await credentials.find({ owner, key, origin, scope, now: clock.now() });
  const exact = kept.find(one => isExact(one, request));
  if (exact !== undefined) return exact;
  for (const one of kept.filter(each => each.wide && each.origin === origin)) {
    if (await covers(tasks, one, request)) return one;
  }
  return undefined;
}

/** Whether the credential was bought for this very request (which may have been redirected), or its URL and method. */
export function isExact({ key, url, method }: KeptCredential, request: PurchaseRequest): boolean {
  return key === requestKey(request) || (url === request.url && method === request.method);
}

/** The Authorization line of what a task bought, for its own origin and no other. Secret. */
export async function authorizationOf(
  { tasks }: Pick<Means, 'tasks'>,
  house: House,
  { taskId, origin }: Pick<KeptCredential, 'taskId' | 'origin'>,
  url: string,
): Promise<string> {
  if (new URL(url).origin !== origin) throw new TollkeeperError('CREDENTIAL_SCOPE');
  const challenged = await tasks.reveal(taskId, 'challenged');
  const settled = await tasks.reveal(taskId, 'settled');
  if (challenged === undefined || settled === undefined) throw new TollkeeperError('store_corrupt');
  const form = house.wantsParameters(hostOf({ url })) ? 'parameters' : 'colon';
  const { token, scheme } = challenged;
  return formatCredential({ token, scheme, preimage: settled.preimage }, form);
}

/** Whether the token's own caveats let it be used for another request of its service. */
async function covers(
  tasks: TaskStore,
  { taskId }: KeptCredential,
  { method, url }: PurchaseRequest,
): Promise<boolean> {
  const secret = await tasks.reveal(taskId, 'challenged');
  const macaroon = decodeMacaroon(Buffer.from(secret?.token ?? '', 'base64'));
  return macaroon.ok && permits(macaroon.value, { method, path: new URL(url).pathname });
}
