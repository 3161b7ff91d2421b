import type { Status } from '../src/task/index.ts';

/**
 * What the tools' fields mean, where their schemas do not say it: descriptions in a schema are read by every
 * client's model on every connection, and these are for people. The generator stops over a field without a
 * meaning, and over a meaning without a field.
 */
export const MEANINGS: Readonly<Record<string, string>> = {
  // In
  cacheTtlMs:
    'How long what is bought may be used again, ms; never longer than credentials.ttlMinutes',
  idempotencyKey:
    'Your own name for the purchase: the same key finds the same task, whatever became of it',
  status: 'Where the purchase is; see above',

  // A purchase
  taskId: 'Names the purchase in every other call',
  money: 'Whether any money moved',
  paid: 'Whether this very task paid',
  realMoney: 'Whether the money is worth anything; false with the sandbox',
  next: 'The call, or the human act, that moves the purchase on',
  host: 'The host that is paid, with a port that is not the default',
  url: 'The URL as it is requested',
  method: 'The HTTP method',
  createdAt: 'When it was asked for, ISO 8601',
  denyReasonCode: 'Why it is not simply on its way or done: one of the codes',
  denyReason: 'The same in words',
  hint: 'What to do about it',
  retry: 'Whether the same call can help',
  approvalRequired: 'Whether a human has to answer now',
  approvalExpiresAt: 'Until when, ISO 8601',
  maxSpendMsats: "The caller's own limit, fees in",
  ceilingMsats: 'The most that can leave the wallet under the approval that is asked for, fees in',
  quotedAmountMsats: 'The price on the invoice, without fees',
  amountMsats: 'What was paid, without fees',
  feeMsats: 'What was paid in fees',
  paymentBackend: 'The wallet that pays',
  paymentId: 'The UUID of the attempt to pay',
  proofReference: '`payment_hash:` and the hash; the preimage itself is never shown',
  cacheStatus: '`hit` when an earlier purchase was used',
  cacheHit: 'The same as a boolean',
  responseStatusCode: "The status of the seller's answer",
  responseContentType: 'Its media type',
  responseBytes: 'The length of its body, bytes',
  responseBodySha256: 'SHA-256 of the bytes received, hex',
  responseBodyTextPreview:
    "The first 8,192 bytes as text, made harmless; the seller's words, so data",
  responseBodyTruncated: 'Whether the preview is not the whole',
  responseBodyUri: 'The MCP resource that holds the body',

  // A quote
  free: 'Whether the seller asks for nothing',
  priceMsats: 'The price on the invoice, without fees',
  expiresAt: 'When the invoice ends, ISO 8601',
  decision: 'What the policy would do: pay by itself, ask the human, or refuse',

  // A list
  tasks: 'The purchases, newest first',
  nextCursor: 'For `beforeCreatedAtMs` of the next call; missing at the end',

  // A body
  offset: 'Where the slice begins, bytes',
  bytes: 'Its length, bytes; text is cut between characters',
  totalBytes: 'The length of the whole body',
  nextOffset: 'Where the next slice begins; missing at the end',
  encoding: 'How `data` is written',
  data: "The slice; the seller's words, so data",

  // The node
  version: 'The version of Tollkeeper',
  network: 'The Lightning network',
  wallet: 'The wallet that the settings name',
  kind: 'Its kind',
  ready: 'Whether it answers',
  balanceMsats: 'What it can send now',
  executor:
    'Who takes steps: `standing`, a `tollkeeper up`; `active`, another process; `idle`, nobody, and nothing waits; `offline`, nobody, though a purchase waits',
  executorCode: '`desktop_executor_offline` when it is offline',
  executorHint: 'What to do about that',
  record:
    'Whether purchases can be recorded and paid; a newer version’s record is only read, and after a restore the wallet has to tell first what it paid',
  paused: 'Whether all spending is stopped',
  pausedBy: 'By what: settings.json, or `tollkeeper pause`',
  pausedAt: 'Since when, ISO 8601',
  pauseReason: 'What for, in the words of whoever paused, so data',
  settings: 'Whether settings.json is sound, and whether something in it waits for the PIN',
  settingsProblem: 'What is wrong with settings.json, and how to mend it',
  requestCapMsats: 'caps.requestSats',
  hostDayCapMsats: 'caps.hostSats',
  hourCapMsats: 'caps.hourSats',
  hourSpentMsats: 'Spent and held in the last hour',
  dayCapMsats: 'caps.daySats',
  daySpentMsats: 'Spent and held in the last 24 hours',
  totalCapMsats: 'caps.totalSats',
  totalSpentMsats: 'Spent and held ever',
  node: 'The Lightning node behind an lnd wallet; absent with the sandbox',
  lifecycle: 'Whether lnd runs, as its keeper drives it; `remote` for one that runs elsewhere',
  health:
    'Whether it does its work: `healthy` is active by its own word and in step with the chain',
  walletState: 'The wallet inside it; `initialized` is one that is not heard of now',
  recovery:
    'Whether the wallet would survive its machine: whether a human was asked its words back, or restored it from them',
  channelBackup: 'How the copy of the channel backup stands; `none` while there are no channels',
  nodeVersion: 'Of lnd',
  synced: 'Whether it has caught up with the chain',
  height: 'The last block that it knows',
  onChainMsats: 'Confirmed on the chain',
  outboundMsats: 'What it can send over Lightning now',
  inboundMsats: 'What it can receive over Lightning now',
  nodeCode: 'What is wrong with it: one of the codes',
  nodeHint: 'What to do about that',
  pendingApprovals: 'Questions that wait for a human',
  paymentsInFlight: 'Payments on their way',
};

/** What each status of a purchase means. */
export const STATUS_MEANINGS: Readonly<Record<Status['status'], string>> = {
  queued: 'has not begun, or waits for a human (`APPROVAL_REQUIRED`)',
  approved: 'may be paid, and is not yet',
  running: 'is being paid: money may have moved',
  paid: 'is paid, and its answer is on the way; with `delivery_unknown`, the answer was lost',
  completed: 'is done: paid and delivered, or free',
  cached: 'is done, with what an earlier one bought',
  blocked: 'was refused by the policy or a human, expired, or was cancelled: nothing was paid',
  failed: 'failed; `money` says whether any moved',
};
