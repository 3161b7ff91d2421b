import { invoiceIssuerContract } from '../contract/invoice-issuer.ts';
import { openLndIssuerRig } from '../lnd/issuer-rig.ts';

invoiceIssuerContract('LND over a wire like its own', openLndIssuerRig);
