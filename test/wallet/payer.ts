import { createInterface } from 'node:readline';
import { msat, systemClock } from '../../src/base/index.ts';
import type { Payment } from '../../src/task/wallet.ts';
import { openSandboxWallet } from '../../src/wallet/index.ts';

// A process of its own that pays what each line of its standard input says and prints what came of it.
const wallet = await openSandboxWallet({ home: process.argv[2] ?? '', clock: systemClock });
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const { amount, feeLimit, ...payment } = JSON.parse(line) as Record<keyof Payment, never>;
  const outcome = await wallet.pay({
    ...payment,
    amount: msat(BigInt(amount)),
    feeLimit: msat(BigInt(feeLimit)),
  });
  process.stdout.write(`${payment.paymentHash} ${outcome.kind}\n`);
}
await wallet.close();
