import type { AuthenticatedLnd } from 'ln-service';
import { type Msat, ZERO } from '../../base/index.ts';
import { decodeInvoice, type Invoice } from '../../l402/index.ts';
import { msatIn, rpc } from '../../node/index.ts';

/** No fee that anyone would ask for is above this, msat: as good as no limit, which lnd would set itself. */
const ANY_FEE = 100_000_000_000n;

interface Routes {
  readonly routes: readonly { readonly total_fees_msat: string }[];
}

/** The fee of the way that lnd would take for an invoice whatever it costs, msat; rejects if it sees none. */
export async function feeOfAnyRoute(
  lnd: AuthenticatedLnd,
  text: string,
  over: AbortSignal,
): Promise<Msat> {
  const invoice = decodeInvoice(text);
  if (!invoice.ok) return ZERO;
  const { routes } = await rpc<Routes>(lnd.default, 'queryRoutes', queryOf(invoice.value), over);
  return msatIn(routes[0]?.total_fees_msat) ?? ZERO;
}

function queryOf({ payee, amount, minFinalCltv, features, routes }: Invoice): object {
  return {
    pub_key: payee,
    amt_msat: String(amount ?? 0n),
    final_cltv_delta: minFinalCltv,
    fee_limit: { fixed_msat: String(ANY_FEE) },
    // What has just failed is not offered again.
    use_mission_control: true,
    dest_features: features,
    route_hints: routes.map(hops => ({ hop_hints: hops.map(hintOf) })),
  };
}

function hintOf(hop: Invoice['routes'][number][number]): object {
  const [block = 0n, transaction = 0n, output = 0n] = hop.channel.split('x').map(BigInt);
  return {
    node_id: hop.node,
    chan_id: String((block << 40n) | (transaction << 16n) | output),
    fee_base_msat: hop.feeBaseMsat,
    fee_proportional_millionths: hop.feeRatePpm,
    cltv_expiry_delta: hop.cltvDelta,
  };
}
