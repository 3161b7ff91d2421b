/** Whether asking again can help: `poll` looks at the same task, the others repeat the call. */
export type Retry = 'never' | 'after_fix' | 'later' | 'poll';
/** Where the money of a purchase is. */
export type Money = 'not_moved' | 'maybe_moved' | 'moved';

interface Entry {
  readonly message: string;
  readonly hint: string;
  readonly retry: Retry;
  readonly money: Money;
}

const entry = (message: string, hint: string, retry: Retry, money: Money = 'not_moved'): Entry => ({
  message,
  hint,
  retry,
  money,
});

/** Every code that leaves the program, with our own words for it. Closed: nothing else is ever shown. */
export const CODES = {
  // What was asked
  invalid_input: entry('The arguments are not valid.', 'Correct the named argument.', 'after_fix'),
  url_invalid: entry(
    'The URL is not one that can be bought from.',
    'Use an absolute https URL without credentials in it.',
    'after_fix',
  ),
  HEADER_INVALID: entry(
    'A request header is not allowed or is malformed.',
    'Send only headers that describe what is asked for (accept, accept-language, content-type, prefer, range, if-…, idempotency-key), in plain ASCII.',
    'after_fix',
  ),
  task_not_found: entry('There is no such task.', 'List the tasks with l402_tasks.', 'after_fix'),
  body_not_found: entry(
    'No bought body is kept for this task.',
    'Only delivered purchases have a body, and old bodies are dropped first.',
    'after_fix',
  ),
  terminal_required: entry(
    'This asks a human, and there is no terminal.',
    'Run it at a terminal.',
    'after_fix',
  ),
  invalid_transition: entry(
    'The task is not in a state that allows this.',
    'Look at the task with l402_task first.',
    'after_fix',
  ),

  // What the operator's settings say
  host_blocked: entry(
    'The operator blocked this host.',
    'Only the operator can open it, in settings.json.',
    'after_fix',
  ),
  host_not_allowlisted: entry(
    'The operator allows only listed hosts, and this is not one of them.',
    'Ask the operator to add the host to hosts.allow in settings.json.',
    'after_fix',
  ),
  amount_over_cap: entry(
    'The price is above the cap for one request.',
    'Raise maxSpendMsats if it was the limit; the operator alone can raise caps.requestSats.',
    'after_fix',
  ),
  BUDGET_EXCEEDED: entry(
    'The purchase does not fit into what is left of the budget.',
    'Wait until the window moves on, or ask the operator to raise the cap.',
    'later',
  ),
  global_pause_active: entry(
    'All spending is paused.',
    'A human resumes it with `tollkeeper resume`, or in the settings.',
    'later',
  ),
  settings_invalid: entry(
    'settings.json is broken, so nothing is paid.',
    'Run `tollkeeper doctor`; it names the line and the fix.',
    'after_fix',
  ),

  // What a human said
  APPROVAL_REQUIRED: entry(
    'A human has to approve this.',
    'Ask the human to answer the form, or to run `tollkeeper approve`.',
    'poll',
  ),
  APPROVAL_MISMATCH: entry(
    'The approval does not cover this purchase as it now is.',
    'Ask for a new approval with l402_approve.',
    'after_fix',
  ),
  APPROVAL_THROTTLED: entry(
    'Humans are not asked again so soon.',
    'Wait before asking for another approval; a denial cools its host down.',
    'later',
  ),
  approval_declined: entry(
    'A human said no.',
    'Respect it. Ask again with l402_approve only if the human wants that.',
    'never',
  ),
  approval_expired: entry(
    'Nobody answered in time.',
    'Ask again with l402_approve when a human is there.',
    'after_fix',
  ),
  stale_ask: entry(
    'That question is no longer the current one.',
    'Look at the task again.',
    'poll',
  ),
  already_answered: entry('That question was answered before.', 'Look at the task.', 'poll'),
  cancelled: entry('The purchase was cancelled.', 'Start it again if it is still wanted.', 'never'),
  pin_required: entry(
    'The approval PIN is needed.',
    'Run the command at a terminal and type the PIN.',
    'after_fix',
  ),
  pin_wrong: entry('The PIN is wrong.', 'Try again; each failure makes the wait longer.', 'later'),

  // What the network did
  SSRF_BLOCKED: entry(
    'The address is private or reserved, and the operator did not open it.',
    'Buy from public hosts, or ask the operator to add it to hosts.private.',
    'after_fix',
  ),
  REDIRECT_BLOCKED: entry(
    'The seller redirected to where a purchase may not follow.',
    'Use the final URL directly if you trust it.',
    'after_fix',
  ),
  BODY_LIMIT: entry(
    'The response is larger than the limit.',
    'Ask the seller for less, or the operator to raise http.maxBodyBytes.',
    'after_fix',
  ),
  L402TransportError: entry(
    'The seller could not be reached or did not answer properly.',
    'Check the URL; try again later.',
    'later',
  ),
  HTTP_TIMEOUT: entry('The seller took too long.', 'Try again later.', 'later'),
  ChallengeParseError: entry(
    'The seller asked for payment without a usable L402 challenge.',
    'The seller has to mend its WWW-Authenticate header.',
    'never',
  ),
  INVOICE_INVALID: entry(
    'The seller sent an invoice that must not be paid.',
    'It is malformed, forged, expired, or of another network; the seller has to mend it.',
    'later',
  ),
  INVOICE_AMOUNT: entry(
    'The invoice has no amount, or the seller contradicts it.',
    'The seller has to state one price.',
    'never',
  ),
  CREDENTIAL_SCOPE: entry(
    'A credential may go only to the origin that issued it.',
    'Buy from that origin itself.',
    'after_fix',
  ),

  // What the wallet did
  wallet_unavailable: entry(
    'The wallet does not answer.',
    'Run `tollkeeper doctor`; nothing falls back to another wallet.',
    'later',
  ),
  insufficient_balance: entry(
    'The wallet does not hold enough.',
    'Ask the operator to fund it (`tollkeeper sandbox fund`, or a channel of the node with more on our side).',
    'after_fix',
  ),
  FEE_LIMIT: entry(
    'No route was cheap enough for the fee limit.',
    'Allow more with maxSpendMsats, or ask the operator to raise fees.',
    'after_fix',
  ),
  no_route: entry(
    'The Lightning network has no way to the seller.',
    'Nothing was spent. Try later, or have the operator open a channel towards the seller.',
    'later',
  ),
  PaymentFailedError: entry('The payment failed.', 'Nothing was spent; try again later.', 'later'),
  PAYMENT_PENDING: entry(
    'A payment is still on its way.',
    'Do not buy again: watch the task with l402_task.',
    'poll',
    'maybe_moved',
  ),
  PAYMENTS_IN_FLIGHT: entry(
    'Too many payments are on their way already.',
    'Wait until they end.',
    'later',
  ),
  PREIMAGE_MISMATCH: entry(
    'The wallet reported a preimage that does not belong to the invoice.',
    'The sum stays reserved. The operator has to look at the wallet.',
    'poll',
    'maybe_moved',
  ),

  // What happened after payment
  CredentialMissingError: entry(
    'The seller was paid and still refuses.',
    'The token is kept. Only forceRefresh with a new approval would pay again.',
    'never',
    'moved',
  ),
  delivery_unknown: entry(
    'The seller was paid, but its answer was lost.',
    'Repeat the same request: it uses what was bought and pays nothing.',
    'after_fix',
    'moved',
  ),

  // What the Lightning node did
  unsupported_platform: entry(
    'There is no pinned lnd release for this kind of machine.',
    'Name your own binary (`tollkeeper node prepare --binary PATH`), or use a node elsewhere (`tollkeeper node connect`).',
    'never',
  ),
  invalid_target: entry(
    'That is not the name of a release target.',
    'Use the name of the table that the message lists, such as linux-amd64.',
    'after_fix',
  ),
  binary_not_found: entry('There is no lnd to run.', 'Run `tollkeeper node prepare`.', 'after_fix'),
  runtime_manifest_missing: entry(
    'What was prepared has lost its record, so it is not run.',
    'Run `tollkeeper node prepare` again.',
    'after_fix',
  ),
  runtime_manifest_invalid: entry(
    'The record of what was prepared is damaged, so it is not run.',
    'Run `tollkeeper node prepare` again.',
    'after_fix',
  ),
  checksum_mismatch: entry(
    'A file is not the one that was pinned, so nothing of it was used.',
    'Fetch it again, or from elsewhere with --mirror; if it stays so, somebody changed it.',
    'after_fix',
  ),
  archive_invalid: entry(
    'The archive is damaged, or holds what a release never holds.',
    'Fetch it again, or from elsewhere with --mirror.',
    'after_fix',
  ),
  download_failed: entry(
    'The release could not be fetched.',
    'Run it again: it goes on where it broke off. Or name a mirror or an archive that you have.',
    'later',
  ),
  disk_full: entry('The disk is full.', 'Make room, and do it again.', 'after_fix'),
  lnd_version_unsupported: entry(
    'This version of lnd is not one that Tollkeeper works with.',
    'Use the pinned release (`tollkeeper node prepare`), or one not older than it.',
    'after_fix',
  ),
  node_config_invalid: entry(
    'The settings of the node cannot work.',
    'Correct what the message names, with `tollkeeper settings set`.',
    'after_fix',
  ),
  node_not_initialized: entry(
    'The node has no wallet yet.',
    'Run `tollkeeper node init`.',
    'after_fix',
  ),
  node_not_connected: entry(
    'The node elsewhere that the settings name was never connected to for this.',
    'Run `tollkeeper node connect` with its address, its certificate and a macaroon.',
    'after_fix',
  ),
  node_initialized: entry(
    'The node has a wallet already, which is left as it is.',
    'Look at it with `tollkeeper node status`.',
    'never',
  ),
  node_not_running: entry('The node does not run.', 'Run `tollkeeper node start`.', 'after_fix'),
  node_busy: entry(
    'Another process has charge of the node.',
    'Look with `tollkeeper node status`; end that process first.',
    'later',
  ),
  node_locked: entry(
    'The wallet of the node is locked.',
    'Run `tollkeeper node unlock`.',
    'after_fix',
  ),
  node_password_wrong: entry(
    'The wallet of the node does not open with this password.',
    'Run `tollkeeper node unlock` and type the right one.',
    'after_fix',
  ),
  node_unsynced: entry(
    'The node has not caught up with the chain, so it does not pay yet.',
    'Wait; `tollkeeper node status` shows how far it is.',
    'later',
  ),
  port_taken: entry(
    'Another program has a port that the settings name.',
    'End that program, or set another port; 0 takes any that is free.',
    'after_fix',
  ),
  crash_loop_exhausted: entry(
    'The node ended four times in a row before it was ready, and is not started again.',
    'Look at `tollkeeper node logs`; then run `tollkeeper node start`.',
    'after_fix',
  ),
  node_stop_pending: entry(
    'The node was told to stop and has not ended yet. It is not killed: that could harm its wallet.',
    'Wait, and look with `tollkeeper node status`.',
    'later',
  ),
  node_unreachable: entry(
    'The node does not answer.',
    'Check its address and that it runs: `tollkeeper doctor`.',
    'later',
  ),
  node_certificate_invalid: entry(
    'The certificate of the node is missing, expired, or not the one that was pinned.',
    'Start the node anew if it is ours; else connect again with its present certificate.',
    'after_fix',
  ),
  node_macaroon_refused: entry(
    'The node does not accept the macaroon: it is expired, revoked, or lacks a right.',
    'Bake a new one and run `tollkeeper node connect` again.',
    'after_fix',
  ),
  network_mismatch: entry(
    'The node is of another Lightning network than the settings name.',
    'Set `network`, or use the node and the data of that network.',
    'after_fix',
  ),
  seed_invalid: entry(
    'These are not the words of a seed, or not in their order, or their passphrase is another.',
    'Compare them with what you wrote down; nothing was made of them.',
    'after_fix',
  ),
  mainnet_unconfirmed: entry(
    'Real money needs a human who said so at the terminal, and none did.',
    'Run `tollkeeper node init`, or `tollkeeper node connect`, and type what it asks for.',
    'after_fix',
  ),
  node_refused: entry(
    'The node refused what it was asked for.',
    'The message says why; `tollkeeper node logs` may say more.',
    'after_fix',
  ),
  channel_backup_failed: entry(
    'The channel backup could not be copied, or the copy is not what the node has.',
    'Check lnd.backupDirectory: its disk, its rights.',
    'after_fix',
  ),

  // What selling said
  paywall_not_found: entry(
    'There is no such paywall.',
    'List the paywalls with paywall_list.',
    'after_fix',
  ),
  proposal_not_found: entry(
    'There is no such change waiting for an answer.',
    'List them with `tollkeeper paywall list`.',
    'after_fix',
  ),
  upstream_not_found: entry(
    'No upstream has this name.',
    'A human registers one with `tollkeeper upstream add`.',
    'after_fix',
  ),
  upstream_invalid: entry(
    'The upstream is not one that a paywall may stand before.',
    'Name an http(s) server without credentials in its URL; seller.upstreams says which addresses are open.',
    'after_fix',
  ),
  invalid_route: entry(
    'The route is not valid.',
    'Write hosts as api.example or *.example, and paths as /a/b, /a/* for one segment or /a/** for any rest.',
    'after_fix',
  ),
  route_conflict: entry(
    'The route takes requests that another route takes too.',
    'Make one of the two narrower, or remove it.',
    'after_fix',
  ),
  policy_violation: entry(
    'The policy of the paywall, or of the operator, does not allow this.',
    'Change what the message names; only the operator loosens the settings.',
    'after_fix',
  ),
  over_cap: entry(
    'The price is above what may be asked.',
    "Lower it, or raise policy.maxPerRequestMsats; seller.maxPriceSats is the operator's alone.",
    'after_fix',
  ),
  gateway_config_invalid: entry(
    'The settings of the gateway cannot work.',
    'Correct what the message names, with `tollkeeper settings set`.',
    'after_fix',
  ),
  paywall_inactive: entry(
    'The paywall is paused.',
    'A token keeps until it ends; ask again when the paywall is active.',
    'later',
  ),
  kill_switch_active: entry(
    'Nothing is sold at the moment.',
    'A human resumes it with `tollkeeper resume`, or in the settings.',
    'later',
  ),
  route_not_found: entry('Nothing is sold here.', 'Check the host and the path.', 'after_fix'),
  method_not_allowed: entry(
    'The method is not one that is sold here.',
    'Use one that the Allow header names.',
    'after_fix',
  ),
  payment_required: entry(
    'This has to be paid for.',
    'Pay the invoice of the WWW-Authenticate header, and repeat the request with the token and the preimage.',
    'after_fix',
  ),
  token_spent: entry(
    'The token has no use left.',
    'Pay the new invoice of the WWW-Authenticate header.',
    'after_fix',
  ),
  token_expired: entry(
    'The token has ended.',
    'Pay the new invoice of the WWW-Authenticate header.',
    'after_fix',
  ),
  token_out_of_scope: entry(
    'The token is good, but not for this request.',
    'Pay the new invoice of the WWW-Authenticate header, or ask for what the token was bought for.',
    'after_fix',
  ),
  authorization_denied: entry(
    'The credential is not one that was issued here, or it was altered.',
    'Ask without it, and pay the invoice that comes back.',
    'after_fix',
  ),
  missing_proof: entry(
    'The proof of payment is missing or does not fit the token.',
    'Send the preimage that paying this very invoice revealed.',
    'after_fix',
  ),
  rate_limited: entry(
    'There were too many requests.',
    'Wait as long as Retry-After says.',
    'later',
  ),
  body_too_large: entry(
    'The body of the request is larger than is taken here.',
    'Send less at once.',
    'after_fix',
  ),
  upstream_failed: entry(
    'What was paid for could not be fetched.',
    'Repeat the request with the same token: L402-Use says that it is still good.',
    'later',
  ),
  upstream_busy: entry(
    'What was paid for is asked for by too many at once.',
    'Repeat the request with the same token after a moment: L402-Use says that it is still good.',
    'later',
  ),
  upstream_late: entry(
    'What was paid for took too long to come.',
    'Repeat the request with the same token: L402-Use says that it is still good.',
    'later',
  ),

  // What the machine did
  desktop_executor_offline: entry(
    'The process that pays is not running.',
    'Start `tollkeeper up`, or any MCP client that uses it; it then goes on.',
    'later',
  ),
  store_unavailable: entry(
    'The task record cannot be written, so nothing more is paid.',
    'Check the disk space and the rights of the data directory.',
    'after_fix',
  ),
  store_corrupt: entry(
    'The task record is damaged, so nothing more is paid. The files were kept as they are.',
    'Run `tollkeeper doctor`.',
    'after_fix',
  ),
  store_newer: entry(
    'The task record was written by a newer version.',
    'Update Tollkeeper.',
    'after_fix',
  ),
  record_restored: entry(
    'The task record was restored from a backup, and the wallet has not told yet what it paid since.',
    'It is asked by itself; `tollkeeper recover` shows how far that is.',
    'later',
  ),
  key_unavailable: entry(
    'The key that opens the stored secrets is missing or wrong.',
    'Restore keys/ of the data directory, or its passphrase.',
    'after_fix',
  ),
  internal_error: entry(
    'Something went wrong inside Tollkeeper.',
    'Look at the task before you repeat anything; the log has the cause.',
    'poll',
    'maybe_moved',
  ),
} as const satisfies Record<string, Entry>;

/** The name of something that can go wrong or be refused. */
export type Code = keyof typeof CODES;
