/**
 * `npm run demo`: an MCP client buys something behind a paywall, and then sells something behind one of its own, on
 * this machine, with sandbox money.
 * `--yes` (or no terminal) has it answer its own questions; `--json` prints one JSON object a step.
 * The exit code is 0 only if every step went as told.
 */
import { intro, log, outro } from '@clack/prompts';
import { humanAtTerminal, playedHuman } from './human.ts';
import { sellingOn } from './selling.ts';
import { setStage } from './stage.ts';
import { type Outcome, PRICE_SATS, type Step, storyOn } from './story.ts';

const json = process.argv.includes('--json');
const alone = process.argv.includes('--yes') || json || !process.stdin.isTTY;

/** What is told of a step when it is over. */
interface Told extends Outcome {
  readonly step: string;
  readonly paymentsMade: number;
  readonly ms: number;
  readonly asTold: boolean;
}

function tell({ shown, ...told }: Told, title: string): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(told)}\n`);
    return;
  }
  const { step, status, code, paidMsat, feeMsat, paymentsMade, sha256, ms, asTold } = told;
  const cost = `paid ${paidMsat / 1000} sats, fee ${feeMsat / 1000}`;
  const lines = [
    title,
    `${step}: ${code === undefined ? status : `${status}, ${code}`} · ${cost} · payments at the shop: ${paymentsMade} · ${ms} ms`,
    ...(shown ? [shown.trim()] : []),
    ...(sha256 === undefined ? [] : [`sha256 ${sha256}`]),
  ];
  const say = asTold ? log.success : log.error;
  say(lines.join('\n'));
}

function isAsTold({ expected }: Step, outcome: Outcome, paymentsMade: number): boolean {
  const { status, code, paidMsat } = outcome;
  const right =
    status === expected.status && code === expected.code && paidMsat === expected.paidMsat;
  return right && paymentsMade === expected.paymentsMade;
}

process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
// Whoever reads the steps may stop reading.
process.stdout.once('error', () => process.exit(1));

const human = alone ? playedHuman() : humanAtTerminal();
if (!json) intro('Tollkeeper: buying and selling behind paywalls (sandbox money, worth nothing)');
const stage = await setStage(PRICE_SATS, human.answer);
let allAsTold = true;
try {
  for (const step of [...storyOn(stage, human), ...sellingOn(stage, human)]) {
    const startedAt = performance.now();
    const outcome = await step.play();
    const ms = Math.round(performance.now() - startedAt);
    const paymentsMade = await stage.paymentsMade();
    const asTold = isAsTold(step, outcome, paymentsMade);
    allAsTold &&= asTold;
    tell({ step: step.step, ...outcome, paymentsMade, ms, asTold }, step.title);
  }
} finally {
  await stage.close();
}
if (!json) outro(allAsTold ? 'Every step went as told.' : 'Not every step went as told.');
process.exitCode = allAsTold ? 0 : 1;
