/** What the fields of the seller's tools mean, where their schemas do not say it; see `MEANINGS`. */
export const SELLER_MEANINGS: Readonly<Record<string, string>> = {
  // A paywall
  paywallId: 'Names the paywall in every other call',
  name: 'What its owner calls it',
  description: 'What it is, for its owner',
  status:
    'Of a change: `ok`, `proposed` (it waits for a human, and nothing changed) or `denied`. Of a paywall: `active`, `paused` or `archived`',
  open: 'Whether it sells now: it is active, and nothing stops all selling',
  paywall: 'The paywall as it is then',
  paywalls: 'The paywalls, newest first',
  metadata: 'Free words of the owner: at most 20',
  createdAt: 'When it was made, ISO 8601',
  updatedAt: 'When it was changed last, ISO 8601',
  reason: 'What for; kept in the record',

  // Its policy
  policy: 'What is asked and given',
  pricingMode: 'Always `fixed`',
  fixedAmountMsats: 'The price of one payment, where the route has none of its own',
  maxPerRequestMsats: 'The highest price that any of its routes may have',
  allowedHosts: 'The only hosts of its routes; empty for all that the operator allows',
  blockedHosts: 'Hosts that none of its routes may be on',
  quotaPerMinute: 'The most requests that are let through in a minute, paid and free',
  quotaPerDay: 'The same for a day of UTC',
  killSwitch: 'Keeps it paused, whoever resumes it; only a human opens it afterwards',
  freeRequestsPerDay: 'How many requests each client has a day for nothing',
  usesPerToken: 'How many requests one payment buys; null for any number until the token ends',
  tokenTtlSeconds: 'How long a token is good for, s',
  tokenScope: 'Whether a token opens the one path that was asked for, or all of its `route`',
  bindMethod: 'Whether a token is for the method that was asked with',
  bindBody: 'Whether a token is for the very body that was asked with',

  // Its routes
  routes: 'Which requests it takes, and where they go',
  hostPattern: 'The host: `api.example`, or `*.example` for every name under it',
  pathPattern: 'The path: literal segments, `*` for one, a last `/**` for any rest',
  methods: 'The methods that it answers to',
  upstream: 'The name of the upstream that serves it',
  upstreamUrl: 'The URL that serves it, where it is no upstream with a name',
  timeoutMs: 'How long the upstream may take to answer, ms',
  priority: 'Kept and shown; the narrowest route is chosen whatever it says',
  priceMsats: 'Its own price; missing where it is the paywall’s',

  // A change
  changed: 'Whether anything is different now',
  next: 'The call, or the human act, that moves it on',
  proposal: 'The change that waits for a human, or that they said no to',
  proposals: 'The changes that wait for a human',
  proposalId: 'What `tollkeeper paywall approve` takes',
  change: 'What it would do: `create`, `update` or `resume`',
  widens: 'What in it goes beyond what a human approved, in sentences',
  askedAt: 'When it was proposed, ISO 8601',
  expiresAt: 'Until when it can be approved, ISO 8601',
  denyCode: 'Why it was not done: `approval_declined` or `approval_expired`',
  denyReason: 'The same in words',

  // A settlement
  settlements: 'The payments that came in, newest first',
  settlementId: '`settlement_` and the payment hash',
  amountMsats: 'What came in',
  askedMsats: 'What the invoice asked for',
  fit: '`whole`, or `short` where less came in than was asked',
  settledAt: 'When it came in, ISO 8601',
  createdAtMs: 'When it was booked, ms since 1970, as the cursor counts: each has its own',
  paymentProofRef: '`payment_hash:` and the hash; the preimage itself is never shown',
  nextCursor: 'For `beforeCreatedAtMs` of the next call; missing at the end',
};
