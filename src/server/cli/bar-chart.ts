import { type Msat, showSats } from '../../base/index.ts';

/** How long the longest bar is, in characters. */
const WIDTH = 40;

/** Sums as bars, one a line, the greatest as long as the chart is wide; none that is not nothing is without a bar. */
export function barChart(
  bars: readonly { readonly label: string; readonly amount: Msat }[],
): string {
  const most = bars.reduce((high, { amount }) => (amount > high ? amount : high), 1n);
  const wide = Math.max(...bars.map(({ label }) => label.length));
  return bars
    .map(({ label, amount }) => {
      const length = Number((amount * BigInt(WIDTH) + most - 1n) / most);
      return `${label.padEnd(wide)}  ${'█'.repeat(length)} ${showSats(amount)}`;
    })
    .join('\n');
}
