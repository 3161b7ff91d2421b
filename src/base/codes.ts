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
    'Ask the operator to fund it (`tollkeeper sandbox fund` for the sandbox).',
    'after_fix',
  ),
  FEE_LIMIT: entry(
    'No route was cheap enough for the fee limit.',
    'Allow more with maxSpendMsats, or ask the operator to raise fees.',
    'after_fix',
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
