import { type Msat, sats } from '../../base/index.ts';

/** What the shop sells at one path. */
export interface Item {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly price: Msat;
  readonly about: string;
  /** What the buyer gets for the request's body: any value, sent as JSON. */
  readonly deliver: (body: string) => unknown;
}

/** Everything that is for sale; `cheapest` is the price of the cheapest thing. */
export function catalogue(cheapest: Msat): readonly Item[] {
  return [
    {
      method: 'GET',
      path: '/weather',
      price: cheapest,
      about: 'Tomorrow, in one line.',
      deliver: () => ({ place: 'Reykjavík', day: 'tomorrow', sky: 'clear', celsius: 4 }),
    },
    {
      method: 'GET',
      path: '/premium-report',
      price: sats(250),
      about: 'Ten lines on how L402 is used.',
      deliver: () => ({ title: 'The state of L402', sections: report() }),
    },
    {
      method: 'POST',
      path: '/translate',
      price: sats(25),
      about: 'Says your text backwards, as the sandbox dialect has it.',
      deliver: body => ({ language: 'sandbox', text: [...body].reverse().join('') }),
    },
    {
      method: 'GET',
      path: '/vault',
      price: sats(50_000),
      about: 'Priced far above what a cautious buyer pays at once.',
      deliver: () => ({ treasure: 'You found it. Did your cap not stop you?' }),
    },
  ];
}

function report(): readonly string[] {
  const topics = ['prices', 'tokens', 'caveats', 'invoices', 'preimages', 'fees', 'caps'];
  return [...topics, 'caches', 'refusals', 'people'].map(
    (topic, line) => `${line + 1}. What sellers say about ${topic}: it depends on the buyer.`,
  );
}
